package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.causeway.interop.json.JavaValues;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.identityconnectors.common.pooling.ObjectPoolConfiguration;
import org.identityconnectors.framework.api.APIConfiguration;
import org.identityconnectors.framework.api.ConfigurationProperty;
import org.identityconnectors.framework.api.ConnectorInfo;
import org.identityconnectors.framework.api.ConnectorKey;
import org.identityconnectors.framework.api.ResultsHandlerConfiguration;
import org.identityconnectors.framework.api.operations.APIOperation;
import org.identityconnectors.framework.impl.api.AbstractConnectorInfo;
import org.identityconnectors.framework.impl.api.ConfigurationPropertyImpl;
import org.identityconnectors.framework.impl.api.ConnectorMessagesImpl;

/** A connector and its default configuration, complete, as JSON. */
public final class Descriptions {
    private Descriptions() {
    }

    static JsonObject key(ConnectorKey key) {
        JsonObject json = new JsonObject();
        json.addProperty("bundleName", key.getBundleName());
        json.addProperty("bundleVersion", key.getBundleVersion());
        json.addProperty("connectorName", key.getConnectorName());
        return json;
    }

    /** Remote or local alike. */
    public static JsonObject describe(ConnectorInfo info) {
        APIConfiguration configuration = info.createDefaultAPIConfiguration();
        JsonObject json = key(info.getConnectorKey());
        json.addProperty("displayName", info.getConnectorDisplayName());
        json.addProperty("displayNameKey", info instanceof AbstractConnectorInfo known ? known.getConnectorDisplayNameKey() : null);
        json.addProperty("category", info.getConnectorCategory());
        json.addProperty("poolingSupported", configuration.isConnectorPoolingSupported());
        json.add("pool", configuration.getConnectorPoolConfiguration() == null ? JsonNull.INSTANCE : pool(configuration.getConnectorPoolConfiguration()));
        json.add("supportedOperations", names(configuration.getSupportedOperations()));
        JsonObject timeouts = new JsonObject();
        for (String name : new TreeMap<>(byName(Operations.all())).keySet()) {
            timeouts.addProperty(name, configuration.getTimeout(Operations.named(name)));
        }
        json.add("timeouts", timeouts);
        json.addProperty("producerBufferSize", configuration.getProducerBufferSize());
        json.add("resultsHandlers", resultsHandlers(configuration.getResultsHandlerConfiguration()));
        JsonArray properties = new JsonArray();
        for (String name : configuration.getConfigurationProperties().getPropertyNames()) {
            properties.add(property(configuration.getConfigurationProperties().getProperty(name), properties.size()));
        }
        json.add("properties", properties);
        json.add("messages", info.getMessages() instanceof ConnectorMessagesImpl messages ? messages(messages) : new JsonObject());
        return json;
    }

    private static Map<String, Class<? extends APIOperation>> byName(Collection<Class<? extends APIOperation>> operations) {
        Map<String, Class<? extends APIOperation>> sorted = new TreeMap<>();
        operations.forEach(operation -> sorted.put(operation.getSimpleName(), operation));
        return sorted;
    }

    /** Simple names, sorted. */
    static JsonArray names(Collection<Class<? extends APIOperation>> operations) {
        JsonArray names = new JsonArray();
        byName(operations).keySet().forEach(names::add);
        return names;
    }

    private static JsonElement pool(ObjectPoolConfiguration pool) {
        JsonObject json = new JsonObject();
        json.addProperty("maxObjects", pool.getMaxObjects());
        json.addProperty("maxIdle", pool.getMaxIdle());
        json.addProperty("maxWait", Long.toString(pool.getMaxWait()));
        json.addProperty("minEvictableIdleTimeMillis", Long.toString(pool.getMinEvictableIdleTimeMillis()));
        json.addProperty("minIdle", pool.getMinIdle());
        return json;
    }

    private static JsonElement resultsHandlers(ResultsHandlerConfiguration handlers) {
        JsonObject json = new JsonObject();
        json.addProperty("enableNormalizingResultsHandler", handlers.isEnableNormalizingResultsHandler());
        json.addProperty("enableFilteredResultsHandler", handlers.isEnableFilteredResultsHandler());
        json.addProperty("enableCaseInsensitiveFilter", handlers.isEnableCaseInsensitiveFilter());
        json.addProperty("enableAttributesToGetSearchResultsHandler", handlers.isEnableAttributesToGetSearchResultsHandler());
        return json;
    }

    private static JsonObject property(ConfigurationProperty property, int position) {
        JsonObject json = new JsonObject();
        json.addProperty("name", property.getName());
        json.addProperty("type", property.getType().getName());
        json.add("value", JavaValues.toJson(property.getValue()));
        json.addProperty("required", property.isRequired());
        json.addProperty("confidential", property.isConfidential());
        json.addProperty("position", position);
        ConfigurationPropertyImpl known = property instanceof ConfigurationPropertyImpl implementation ? implementation : null;
        json.addProperty("order", known == null ? null : known.getOrder());
        json.addProperty("group", property.getGroup(null));
        json.addProperty("groupKey", known == null ? null : known.getGroupMessageKey());
        json.addProperty("displayName", property.getDisplayName(null));
        json.addProperty("displayNameKey", known == null ? null : known.getDisplayMessageKey());
        json.addProperty("helpMessage", property.getHelpMessage(null));
        json.addProperty("helpMessageKey", known == null ? null : known.getHelpMessageKey());
        json.add("operations", names(property.getOperations()));
        return json;
    }

    private static JsonObject messages(ConnectorMessagesImpl messages) {
        JsonObject json = new JsonObject();
        for (Map.Entry<Locale, Map<String, String>> catalogue : messages.getCatalogs().entrySet()) {
            JsonObject texts = new JsonObject();
            new TreeMap<>(catalogue.getValue()).forEach(texts::addProperty);
            json.add(catalogue.getKey().toString(), texts);
        }
        return json;
    }
}
