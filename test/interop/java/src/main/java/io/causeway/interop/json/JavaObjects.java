package io.causeway.interop.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeMap;
import org.identityconnectors.framework.common.objects.Attribute;
import org.identityconnectors.framework.common.objects.AttributeBuilder;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.Name;
import org.identityconnectors.framework.common.objects.SyncDelta;
import org.identityconnectors.framework.common.objects.SyncToken;
import org.identityconnectors.framework.common.objects.Uid;

/** Attributes, connector objects and sync deltas between Java and JSON. */
public final class JavaObjects {
    private JavaObjects() {
    }

    public static JsonObject toJson(ConnectorObject object) {
        JsonObject json = new JsonObject();
        json.addProperty("objectClass", object.getObjectClass().getObjectClassValue());
        addUid(json, object.getUid());
        json.addProperty("name", object.getName().getNameValue());
        TreeMap<String, Attribute> sorted = new TreeMap<>();
        for (Attribute attribute : object.getAttributes()) {
            if (!attribute.is(Uid.NAME) && !attribute.is(Name.NAME)) {
                sorted.put(attribute.getName(), attribute);
            }
        }
        JsonArray attributes = new JsonArray();
        sorted.values().forEach(attribute -> attributes.add(toJson(attribute)));
        json.add("attributes", attributes);
        return json;
    }

    private static JsonObject toJson(Attribute attribute) {
        JsonObject json = new JsonObject();
        json.addProperty("name", attribute.getName());
        if (attribute.getValue() == null) {
            json.add("values", JsonNull.INSTANCE);
        } else {
            JsonArray values = new JsonArray();
            attribute.getValue().forEach(value -> values.add(JavaValues.toJson(value)));
            json.add("values", values);
        }
        return json;
    }

    public static JsonElement toJson(Uid uid) {
        if (uid == null) {
            return JsonNull.INSTANCE;
        }
        JsonObject json = new JsonObject();
        addUid(json, uid);
        return json;
    }

    private static void addUid(JsonObject json, Uid uid) {
        json.addProperty("uid", uid.getUidValue());
        if (uid.getRevision() != null) {
            json.addProperty("revision", uid.getRevision());
        }
    }

    public static JsonObject toJson(SyncDelta delta) {
        JsonObject json = new JsonObject();
        json.add("token", toJson(delta.getToken()));
        json.addProperty("deltaType", delta.getDeltaType().name());
        json.addProperty("objectClass", delta.getObjectClass() == null ? null : delta.getObjectClass().getObjectClassValue());
        addUid(json, delta.getUid());
        if (delta.getPreviousUid() != null) {
            json.addProperty("previousUid", delta.getPreviousUid().getUidValue());
        }
        json.add("object", delta.getObject() == null ? JsonNull.INSTANCE : toJson(delta.getObject()));
        return json;
    }

    /** The value of a token; null: no token. */
    public static JsonElement toJson(SyncToken token) {
        return token == null ? JsonNull.INSTANCE : JavaValues.toJson(token.getValue());
    }

    public static Uid uid(JsonObject json) {
        String value = json.get("uid").getAsString();
        return json.has("revision") && !json.get("revision").isJsonNull() ? new Uid(value, json.get("revision").getAsString()) : new Uid(value);
    }

    public static Set<Attribute> attributes(JsonArray list) {
        Set<Attribute> attributes = new LinkedHashSet<>();
        for (JsonElement one : list) {
            JsonObject json = one.getAsJsonObject();
            attributes.add(attribute(json.get("name").getAsString(), json.get("values")));
        }
        return attributes;
    }

    /** An attribute; values null or absent: Java's null list. */
    public static Attribute attribute(String name, JsonElement values) {
        if (values == null || values.isJsonNull()) {
            return AttributeBuilder.build(name);
        }
        return AttributeBuilder.build(name, JavaValues.list(values.getAsJsonArray()));
    }
}
