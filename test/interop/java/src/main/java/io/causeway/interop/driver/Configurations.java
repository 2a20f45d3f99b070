package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.causeway.interop.json.JavaValues;
import java.lang.reflect.Array;
import java.util.Map;
import org.identityconnectors.common.pooling.ObjectPoolConfiguration;
import org.identityconnectors.framework.api.APIConfiguration;
import org.identityconnectors.framework.api.ConfigurationProperty;
import org.identityconnectors.framework.api.ResultsHandlerConfiguration;

/** Puts what a command says into an API configuration. */
final class Configurations {
    private Configurations() {
    }

    static void apply(APIConfiguration configuration, JsonObject command) {
        for (Map.Entry<String, JsonElement> entry : object(command, "properties").entrySet()) {
            ConfigurationProperty property = configuration.getConfigurationProperties().getProperty(entry.getKey());
            if (property == null) {
                throw new IllegalArgumentException("No configuration property " + entry.getKey() + " among "
                        + configuration.getConfigurationProperties().getPropertyNames());
            }
            property.setValue(coerce(entry.getValue(), property.getType()));
        }
        for (Map.Entry<String, JsonElement> entry : object(command, "timeouts").entrySet()) {
            configuration.setTimeout(Operations.named(entry.getKey()), entry.getValue().getAsInt());
        }
        if (command.has("producerBufferSize")) {
            configuration.setProducerBufferSize(command.get("producerBufferSize").getAsInt());
        }
        resultsHandlers(configuration.getResultsHandlerConfiguration(), object(command, "resultsHandlers"));
        pool(configuration.getConnectorPoolConfiguration(), object(command, "pool"));
    }

    private static JsonObject object(JsonObject command, String name) {
        return command.has(name) ? command.getAsJsonObject(name) : new JsonObject();
    }

    private static void resultsHandlers(ResultsHandlerConfiguration handlers, JsonObject json) {
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            boolean value = entry.getValue().getAsBoolean();
            switch (entry.getKey()) {
                case "enableNormalizingResultsHandler" -> handlers.setEnableNormalizingResultsHandler(value);
                case "enableFilteredResultsHandler" -> handlers.setEnableFilteredResultsHandler(value);
                case "enableCaseInsensitiveFilter" -> handlers.setEnableCaseInsensitiveFilter(value);
                case "enableAttributesToGetSearchResultsHandler" -> handlers.setEnableAttributesToGetSearchResultsHandler(value);
                default -> throw new IllegalArgumentException("Unknown results handler flag " + entry.getKey());
            }
        }
    }

    private static void pool(ObjectPoolConfiguration pool, JsonObject json) {
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            long value = entry.getValue().getAsLong();
            switch (entry.getKey()) {
                case "maxObjects" -> pool.setMaxObjects((int) value);
                case "maxIdle" -> pool.setMaxIdle((int) value);
                case "minIdle" -> pool.setMinIdle((int) value);
                case "maxWait" -> pool.setMaxWait(value);
                case "minEvictableIdleTimeMillis" -> pool.setMinEvictableIdleTimeMillis(value);
                default -> throw new IllegalArgumentException("Unknown pool setting " + entry.getKey());
            }
        }
    }

    /** A tagged value as it is; plain text, numbers, flags and lists as the property's type wants them. */
    private static Object coerce(JsonElement element, Class<?> type) {
        if (element.isJsonNull() || element.isJsonObject()) {
            return JavaValues.fromJson(element);
        }
        if (element.isJsonArray()) {
            JsonArray list = element.getAsJsonArray();
            Object array = Array.newInstance(type.getComponentType(), list.size());
            for (int i = 0; i < list.size(); i++) {
                Array.set(array, i, coerce(list.get(i), type.getComponentType()));
            }
            return array;
        }
        return JavaValues.scalar(type.getSimpleName(), element.getAsString());
    }
}
