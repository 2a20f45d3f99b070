package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.Map;
import org.identityconnectors.framework.api.APIConfiguration;
import org.identityconnectors.framework.api.ConnectorFacade;
import org.identityconnectors.framework.api.ConnectorInfo;

/** All commands by name: those on connections here, those on facades in classes of their own. */
final class Commands {
    private static final long DEFAULT_WAIT_MILLISECONDS = 20_000;

    /** A command that needs no facade. */
    private interface Command {
        JsonElement run(JsonObject command) throws Exception;
    }

    private final Handles<Connection> connections = new Handles<>("connection");
    private final Handles<ConnectorFacade> facades = new Handles<>("facade");
    private final Subscriptions subscriptions = new Subscriptions();
    private final Map<String, Command> commands = new HashMap<>();
    private final Map<String, FacadeCommand> facadeCommands = new HashMap<>();

    Commands() {
        commands.put("ping", command -> JsonNull.INSTANCE);
        commands.put("connect", this::connect);
        commands.put("disconnect", this::disconnect);
        commands.put("keys", this::keys);
        commands.put("infos", this::infos);
        commands.put("info", command -> Descriptions.describe(find(command)));
        commands.put("sockets", this::sockets);
        commands.put("configure", this::configure);
        commands.put("subscriptionEvents", subscriptions::events);
        commands.put("subscriptionClose", subscriptions::close);
        facadeCommands.put("subscribeObjects", subscriptions::objects);
        facadeCommands.put("subscribeChanges", subscriptions::changes);
        ObjectCommands.register(facadeCommands);
        facadeCommands.put("search", Streams::search);
        facadeCommands.put("sync", Streams::sync);
        facadeCommands.put("batch", Batches::execute);
        facadeCommands.put("queryBatch", Batches::query);
    }

    JsonElement run(String operation, JsonObject command) throws Exception {
        FacadeCommand onFacade = facadeCommands.get(operation);
        if (onFacade != null) {
            return onFacade.run(facades.get(command.get("facade").getAsString()), command);
        }
        Command plain = commands.get(operation);
        if (plain == null) {
            throw new IllegalArgumentException("Unknown operation " + operation);
        }
        return plain.run(command);
    }

    private JsonElement connect(JsonObject command) throws Exception {
        JsonObject answer = new JsonObject();
        answer.addProperty("connection", connections.add(Connection.open(command)));
        return answer;
    }

    private JsonElement disconnect(JsonObject command) {
        connections.remove(command.get("connection").getAsString()).close();
        return JsonNull.INSTANCE;
    }

    private JsonElement keys(JsonObject command) {
        JsonArray keys = new JsonArray();
        for (ConnectorInfo info : connection(command).infos()) {
            keys.add(Descriptions.key(info.getConnectorKey()));
        }
        return keys;
    }

    private JsonElement infos(JsonObject command) {
        JsonArray infos = new JsonArray();
        for (ConnectorInfo info : connection(command).infos()) {
            infos.add(Descriptions.describe(info));
        }
        return infos;
    }

    private JsonElement sockets(JsonObject command) {
        JsonObject answer = new JsonObject();
        answer.addProperty("sockets", connection(command).sockets());
        return answer;
    }

    private JsonElement configure(JsonObject command) throws Exception {
        APIConfiguration configuration = find(command).createDefaultAPIConfiguration();
        Configurations.apply(configuration, command);
        ConnectorFacade facade = connection(command).framework().newInstance(configuration);
        JsonObject answer = new JsonObject();
        answer.addProperty("facade", facades.add(facade));
        answer.add("supportedOperations", Descriptions.names(facade.getSupportedOperations()));
        return answer;
    }

    private ConnectorInfo find(JsonObject command) throws Exception {
        long wait = command.has("timeout") ? command.get("timeout").getAsLong() : DEFAULT_WAIT_MILLISECONDS;
        return connection(command).find(command.get("connector"), wait);
    }

    private Connection connection(JsonObject command) {
        return connections.get(command.get("connection").getAsString());
    }
}
