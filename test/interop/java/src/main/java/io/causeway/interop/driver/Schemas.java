package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.identityconnectors.framework.api.operations.APIOperation;
import org.identityconnectors.framework.common.objects.AttributeInfo;
import org.identityconnectors.framework.common.objects.ObjectClassInfo;
import org.identityconnectors.framework.common.objects.OperationOptionInfo;
import org.identityconnectors.framework.common.objects.Schema;

/** A schema as JSON, everything sorted by name. */
final class Schemas {
    private Schemas() {
    }

    static JsonElement describe(Schema schema) {
        JsonObject json = new JsonObject();
        json.add("objectClasses", sorted(schema.getObjectClassInfo(), ObjectClassInfo::getType, Schemas::objectClass));
        json.add("options", sorted(schema.getOperationOptionInfo(), OperationOptionInfo::getName, Schemas::option));
        json.add("objectClassesByOperation", byOperation(schema.getSupportedObjectClassesByOperation(), ObjectClassInfo::getType));
        json.add("optionsByOperation", byOperation(schema.getSupportedOptionsByOperation(), OperationOptionInfo::getName));
        return json;
    }

    private static <T> JsonArray sorted(Collection<T> things, Function<T, String> name, Function<T, JsonElement> toJson) {
        JsonArray array = new JsonArray();
        things.stream().sorted(Comparator.comparing(name)).map(toJson).forEach(array::add);
        return array;
    }

    private static JsonElement objectClass(ObjectClassInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("name", info.getType());
        json.addProperty("container", info.isContainer());
        json.add("attributes", sorted(info.getAttributeInfo(), AttributeInfo::getName, Schemas::attribute));
        return json;
    }

    private static JsonElement attribute(AttributeInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("name", info.getName());
        json.addProperty("type", info.getType().getName());
        JsonArray flags = new JsonArray();
        info.getFlags().stream().map(Enum::name).sorted().forEach(flags::add);
        json.add("flags", flags);
        return json;
    }

    private static JsonElement option(OperationOptionInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("name", info.getName());
        json.addProperty("type", info.getType().getName());
        return json;
    }

    private static <T, C extends Collection<T>> JsonObject byOperation(Map<Class<? extends APIOperation>, C> supported, Function<T, String> name) {
        TreeMap<String, JsonArray> sorted = new TreeMap<>();
        supported.forEach((operation, things) -> {
            JsonArray names = new JsonArray();
            things.stream().map(name).sorted().forEach(names::add);
            sorted.put(operation.getSimpleName(), names);
        });
        JsonObject json = new JsonObject();
        sorted.forEach(json::add);
        return json;
    }
}
