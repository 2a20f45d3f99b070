package io.causeway.interop.driver;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.causeway.interop.json.JavaObjects;
import io.causeway.interop.json.JavaOptions;
import io.causeway.interop.json.JavaValues;
import java.util.Map;
import java.util.Set;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.api.ConnectorFacade;
import org.identityconnectors.framework.common.objects.Attribute;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.ScriptContext;
import org.identityconnectors.framework.common.objects.ScriptContextBuilder;
import org.identityconnectors.framework.common.objects.Uid;

/** Operations with one answer. */
final class ObjectCommands {
    private ObjectCommands() {
    }

    static void register(Map<String, FacadeCommand> commands) {
        commands.put("validate", (facade, command) -> {
            facade.validate();
            return JsonNull.INSTANCE;
        });
        commands.put("test", (facade, command) -> {
            facade.test();
            return JsonNull.INSTANCE;
        });
        commands.put("schema", (facade, command) -> Schemas.describe(facade.schema()));
        commands.put("create", (facade, command) -> uid(facade.create(objectClass(command), attributes(command), JavaOptions.options(command))));
        commands.put("get", ObjectCommands::get);
        commands.put("update", (facade, command) -> uid(facade.update(objectClass(command), target(command), attributes(command), JavaOptions.options(command))));
        commands.put("addValues", (facade, command) ->
                uid(facade.addAttributeValues(objectClass(command), target(command), attributes(command), JavaOptions.options(command))));
        commands.put("removeValues", (facade, command) ->
                uid(facade.removeAttributeValues(objectClass(command), target(command), attributes(command), JavaOptions.options(command))));
        commands.put("delete", (facade, command) -> {
            facade.delete(objectClass(command), target(command), JavaOptions.options(command));
            return JsonNull.INSTANCE;
        });
        commands.put("authenticate", (facade, command) -> uid(facade.authenticate(objectClass(command), command.get("username").getAsString(),
                new GuardedString(command.get("password").getAsString().toCharArray()), JavaOptions.options(command))));
        commands.put("resolveUsername", (facade, command) ->
                uid(facade.resolveUsername(objectClass(command), command.get("username").getAsString(), JavaOptions.options(command))));
        commands.put("latestSyncToken", (facade, command) -> {
            JsonObject answer = new JsonObject();
            answer.add("token", JavaObjects.toJson(facade.getLatestSyncToken(objectClass(command))));
            return answer;
        });
        commands.put("scriptOnConnector", (facade, command) -> value(facade.runScriptOnConnector(script(command), JavaOptions.options(command))));
        commands.put("scriptOnResource", (facade, command) -> value(facade.runScriptOnResource(script(command), JavaOptions.options(command))));
    }

    static ObjectClass objectClass(JsonObject command) {
        return new ObjectClass(command.get("objectClass").getAsString());
    }

    static Uid target(JsonObject command) {
        return JavaObjects.uid(command.getAsJsonObject("uid"));
    }

    static Set<Attribute> attributes(JsonObject command) {
        return JavaObjects.attributes(command.getAsJsonArray("attributes"));
    }

    private static JsonElement uid(Uid uid) {
        return JavaObjects.toJson(uid);
    }

    private static JsonElement value(Object value) {
        JsonObject answer = new JsonObject();
        answer.add("value", JavaValues.toJson(value));
        return answer;
    }

    private static JsonElement get(ConnectorFacade facade, JsonObject command) {
        ConnectorObject object = facade.getObject(objectClass(command), target(command), JavaOptions.options(command));
        return object == null ? JsonNull.INSTANCE : JavaObjects.toJson(object);
    }

    private static ScriptContext script(JsonObject command) {
        JsonObject json = command.getAsJsonObject("script");
        ScriptContextBuilder builder = new ScriptContextBuilder(json.get("language").getAsString(), json.get("text").getAsString());
        if (json.has("arguments")) {
            json.getAsJsonObject("arguments").entrySet().forEach(one -> builder.addScriptArgument(one.getKey(), JavaValues.fromJson(one.getValue())));
        }
        return builder.build();
    }
}
