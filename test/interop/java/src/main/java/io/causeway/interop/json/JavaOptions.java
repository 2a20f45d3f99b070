package io.causeway.interop.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.OperationOptions;
import org.identityconnectors.framework.common.objects.OperationOptionsBuilder;
import org.identityconnectors.framework.common.objects.QualifiedUid;
import org.identityconnectors.framework.common.objects.SortKey;
import org.identityconnectors.framework.common.objects.Uid;

/** Operation options from JSON. A total count cannot be asked for: the framework refuses to build options with a CountPolicy. */
public final class JavaOptions {
    private JavaOptions() {
    }

    /** The options of a command; null when it gives none. */
    public static OperationOptions options(JsonObject command) {
        JsonElement element = command.get("options");
        if (element == null || element.isJsonNull()) {
            return null;
        }
        OperationOptionsBuilder builder = new OperationOptionsBuilder();
        for (Map.Entry<String, JsonElement> entry : element.getAsJsonObject().entrySet()) {
            set(builder, entry.getKey(), entry.getValue());
        }
        return builder.build();
    }

    private static void set(OperationOptionsBuilder builder, String name, JsonElement value) {
        switch (name) {
            case "attributesToGet" -> builder.setAttributesToGet(texts(value).toArray(String[]::new));
            case "pageSize" -> builder.setPageSize(value.getAsInt());
            case "pagedResultsCookie" -> builder.setPagedResultsCookie(value.getAsString());
            case "pagedResultsOffset" -> builder.setPagedResultsOffset(value.getAsInt());
            case "sortKeys" -> builder.setSortKeys(sortKeys(value));
            case "scope" -> builder.setScope(value.getAsString());
            case "container" -> builder.setContainer(container(value.getAsJsonObject()));
            case "runAsUser" -> builder.setRunAsUser(value.getAsString());
            case "runWithPassword" -> builder.setRunWithPassword(new GuardedString(value.getAsString().toCharArray()));
            case "custom" -> value.getAsJsonObject().entrySet().forEach(one -> builder.setOption(one.getKey(), JavaValues.fromJson(one.getValue())));
            default -> throw new IllegalArgumentException("Unknown option " + name);
        }
    }

    private static List<String> texts(JsonElement list) {
        List<String> texts = new ArrayList<>();
        list.getAsJsonArray().forEach(one -> texts.add(one.getAsString()));
        return texts;
    }

    private static SortKey[] sortKeys(JsonElement list) {
        List<SortKey> keys = new ArrayList<>();
        list.getAsJsonArray().forEach(one -> {
            JsonObject key = one.getAsJsonObject();
            keys.add(new SortKey(key.get("field").getAsString(), key.get("ascending").getAsBoolean()));
        });
        return keys.toArray(SortKey[]::new);
    }

    private static QualifiedUid container(JsonObject json) {
        return new QualifiedUid(new ObjectClass(json.get("objectClass").getAsString()), new Uid(json.get("uid").getAsString()));
    }
}
