package io.causeway.interop.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.File;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.identityconnectors.common.script.Script;
import org.identityconnectors.common.script.ScriptBuilder;
import org.identityconnectors.common.security.GuardedByteArray;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.QualifiedUid;
import org.identityconnectors.framework.common.objects.SortKey;
import org.identityconnectors.framework.common.objects.SyncToken;
import org.identityconnectors.framework.common.objects.Uid;

/** Single values between Java and JSON, loss-free: text is text, all else an object tagged with its type. */
public final class JavaValues {
    private JavaValues() {
    }

    public static JsonElement toJson(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof String text) {
            return new JsonPrimitive(text);
        }
        if (value instanceof Boolean flag) {
            JsonObject json = tagged("Boolean");
            json.addProperty("value", flag);
            return json;
        }
        if (value instanceof Number || value instanceof Character || value instanceof URI || value instanceof File) {
            return text(value instanceof File ? "File" : value.getClass().getSimpleName(), value.toString());
        }
        JsonObject secret = secretToJson(value);
        if (secret != null) {
            return secret;
        }
        return value.getClass().isArray() || value instanceof Map || value instanceof Iterable ? containerToJson(value) : icfToJson(value);
    }

    private static JsonObject secretToJson(Object value) {
        if (value instanceof byte[] bytes) {
            return text("ByteArray", Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof GuardedString guarded) {
            String[] clear = new String[1];
            guarded.access(chars -> clear[0] = new String(chars));
            return text("GuardedString", clear[0]);
        }
        if (value instanceof GuardedByteArray guarded) {
            String[] clear = new String[1];
            guarded.access(bytes -> clear[0] = Base64.getEncoder().encodeToString(bytes));
            return text("GuardedByteArray", clear[0]);
        }
        return null;
    }

    private static JsonObject containerToJson(Object value) {
        if (value instanceof Map<?, ?> map) {
            JsonArray entries = new JsonArray();
            map.forEach((key, one) -> {
                JsonArray pair = new JsonArray();
                pair.add(toJson(key));
                pair.add(toJson(one));
                entries.add(pair);
            });
            JsonObject json = tagged("Map");
            json.add("entries", entries);
            return json;
        }
        JsonArray items = new JsonArray();
        if (value instanceof Iterable<?> many) {
            many.forEach(one -> items.add(toJson(one)));
            JsonObject json = tagged(value instanceof Set ? "Set" : "List");
            json.add("items", items);
            return json;
        }
        for (int i = 0; i < Array.getLength(value); i++) {
            items.add(toJson(Array.get(value, i)));
        }
        JsonObject json = tagged("Array");
        json.addProperty("component", value.getClass().getComponentType().getSimpleName());
        json.add("items", items);
        return json;
    }

    private static JsonObject icfToJson(Object value) {
        if (value instanceof Uid uid) {
            JsonObject json = text("Uid", uid.getUidValue());
            if (uid.getRevision() != null) {
                json.addProperty("revision", uid.getRevision());
            }
            return json;
        }
        if (value instanceof ObjectClass objectClass) {
            return text("ObjectClass", objectClass.getObjectClassValue());
        }
        if (value instanceof Date date) {
            return text("Date", date.toInstant().toString());
        }
        if (value instanceof QualifiedUid qualified) {
            JsonObject json = tagged("QualifiedUid");
            json.addProperty("objectClass", qualified.getObjectClass().getObjectClassValue());
            json.addProperty("uid", qualified.getUid().getUidValue());
            return json;
        }
        if (value instanceof SortKey key) {
            JsonObject json = tagged("SortKey");
            json.addProperty("field", key.getField());
            json.addProperty("ascending", key.isAscendingOrder());
            return json;
        }
        if (value instanceof Script script) {
            JsonObject json = tagged("Script");
            json.addProperty("language", script.getScriptLanguage());
            json.addProperty("text", script.getScriptText());
            return json;
        }
        if (value instanceof SyncToken token) {
            JsonObject json = tagged("SyncToken");
            json.add("value", toJson(token.getValue()));
            return json;
        }
        JsonObject json = text("Object", value.toString());
        json.addProperty("javaClass", value.getClass().getName());
        return json;
    }

    public static Object fromJson(JsonElement element) {
        if (element == null || element.isJsonNull()) {
            return null;
        }
        if (element.isJsonPrimitive()) {
            JsonPrimitive plain = element.getAsJsonPrimitive();
            if (!plain.isString()) {
                throw new IllegalArgumentException("An untagged value must be text: " + element);
            }
            return plain.getAsString();
        }
        JsonObject json = element.getAsJsonObject();
        String type = json.get("type").getAsString();
        return switch (type) {
            case "Map" -> map(json.getAsJsonArray("entries"));
            case "List" -> new ArrayList<>(list(json.getAsJsonArray("items")));
            case "Set" -> new LinkedHashSet<>(list(json.getAsJsonArray("items")));
            case "Array" -> array(json.get("component").getAsString(), list(json.getAsJsonArray("items")));
            case "Boolean" -> json.get("value").getAsBoolean();
            case "QualifiedUid" -> new QualifiedUid(new ObjectClass(json.get("objectClass").getAsString()), new Uid(json.get("uid").getAsString()));
            case "SortKey" -> new SortKey(json.get("field").getAsString(), json.get("ascending").getAsBoolean());
            case "SyncToken" -> new SyncToken(fromJson(json.get("value")));
            case "Script" -> script(json);
            case "Uid" -> json.has("revision") ? new Uid(json.get("value").getAsString(), json.get("revision").getAsString()) : new Uid(json.get("value").getAsString());
            default -> scalar(type, json.get("value").getAsString());
        };
    }

    /** A value of a scalar type given by its simple name, primitive or not. */
    public static Object scalar(String type, String text) {
        return switch (type) {
            case "String" -> text;
            case "Integer", "int" -> Integer.valueOf(text);
            case "Long", "long" -> Long.valueOf(text);
            case "Double", "double" -> Double.valueOf(text);
            case "Float", "float" -> Float.valueOf(text);
            case "Byte", "byte" -> Byte.valueOf(text);
            case "Short", "short" -> Short.valueOf(text);
            case "Boolean", "boolean" -> Boolean.valueOf(text);
            case "Character", "char" -> text.charAt(0);
            case "BigInteger" -> new BigInteger(text);
            case "BigDecimal" -> new BigDecimal(text);
            case "URI" -> URI.create(text);
            case "File" -> new File(text);
            case "Date" -> Date.from(Instant.parse(text));
            case "ByteArray" -> Base64.getDecoder().decode(text);
            case "GuardedString" -> new GuardedString(text.toCharArray());
            case "GuardedByteArray" -> new GuardedByteArray(Base64.getDecoder().decode(text));
            case "ObjectClass" -> new ObjectClass(text);
            default -> throw new IllegalArgumentException("Unknown value type " + type);
        };
    }

    private static Script script(JsonObject json) {
        ScriptBuilder builder = new ScriptBuilder();
        builder.setScriptLanguage(json.get("language").getAsString());
        builder.setScriptText(json.get("text").getAsString());
        return builder.build();
    }

    private static Map<Object, Object> map(JsonArray entries) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (JsonElement entry : entries) {
            map.put(fromJson(entry.getAsJsonArray().get(0)), fromJson(entry.getAsJsonArray().get(1)));
        }
        return map;
    }

    /** The values of a list. */
    public static List<Object> list(JsonArray items) {
        List<Object> values = new ArrayList<>(items.size());
        items.forEach(item -> values.add(fromJson(item)));
        return values;
    }

    private static Object array(String component, List<Object> items) {
        Object array = Array.newInstance(componentType(component), items.size());
        for (int i = 0; i < items.size(); i++) {
            Array.set(array, i, items.get(i));
        }
        return array;
    }

    private static Class<?> componentType(String name) {
        return switch (name) {
            case "String" -> String.class;
            case "int" -> int.class;
            case "long" -> long.class;
            case "boolean" -> boolean.class;
            case "double" -> double.class;
            case "float" -> float.class;
            case "char" -> char.class;
            case "byte" -> byte.class;
            case "Integer" -> Integer.class;
            case "Long" -> Long.class;
            case "Boolean" -> Boolean.class;
            case "GuardedString" -> GuardedString.class;
            case "File" -> File.class;
            case "URI" -> URI.class;
            case "SortKey" -> SortKey.class;
            case "Object" -> Object.class;
            default -> throw new IllegalArgumentException("Unknown array component " + name);
        };
    }

    private static JsonObject tagged(String type) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        return json;
    }

    private static JsonObject text(String type, String value) {
        JsonObject json = tagged(type);
        json.addProperty("value", value);
        return json;
    }
}
