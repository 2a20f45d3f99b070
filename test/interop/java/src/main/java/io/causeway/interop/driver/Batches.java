package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.causeway.interop.json.JavaObjects;
import io.causeway.interop.json.JavaOptions;
import java.util.List;
import org.identityconnectors.framework.api.ConnectorFacade;
import org.identityconnectors.framework.api.operations.batch.BatchBuilder;
import org.identityconnectors.framework.api.operations.batch.BatchEmptyResult;
import org.identityconnectors.framework.common.objects.BatchResult;
import org.identityconnectors.framework.common.objects.BatchToken;
import org.identityconnectors.framework.common.objects.OperationOptions;
import org.identityconnectors.framework.common.objects.Subscription;
import org.identityconnectors.framework.common.objects.Uid;

/** Batches and queries for their results. */
final class Batches {
    private Batches() {
    }

    static JsonElement execute(ConnectorFacade facade, JsonObject command) throws InterruptedException {
        BatchBuilder builder = new BatchBuilder();
        command.getAsJsonArray("tasks").forEach(task -> add(builder, task.getAsJsonObject()));
        Collector<BatchResult> collector = new Collector<>(Batches::toJson);
        return finished(facade.executeBatch(builder.build(), collector, options(command)), collector, command);
    }

    static JsonElement query(ConnectorFacade facade, JsonObject command) throws InterruptedException {
        JsonObject json = command.getAsJsonObject("token");
        BatchToken token = new BatchToken();
        json.getAsJsonArray("tokens").forEach(one -> token.addToken(one.getAsString()));
        Collector<BatchResult> collector = new Collector<>(Batches::toJson);
        return finished(facade.queryBatch(token, collector, options(command)), collector, command);
    }

    /** The framework's own batch code fails on null options. */
    private static OperationOptions options(JsonObject command) {
        OperationOptions options = JavaOptions.options(command);
        return options == null ? new OperationOptions(java.util.Map.of()) : options;
    }

    private static void add(BatchBuilder builder, JsonObject task) {
        OperationOptions options = JavaOptions.options(task);
        switch (task.get("kind").getAsString()) {
            case "create" -> builder.addCreateOp(ObjectCommands.objectClass(task), ObjectCommands.attributes(task), options);
            case "delete" -> builder.addDeleteOp(ObjectCommands.objectClass(task), ObjectCommands.target(task), options);
            case "update" -> builder.addUpdateReplaceOp(ObjectCommands.objectClass(task), ObjectCommands.target(task), ObjectCommands.attributes(task), options);
            case "addValues" -> builder.addUpdateAddOp(ObjectCommands.objectClass(task), ObjectCommands.target(task), ObjectCommands.attributes(task), options);
            case "removeValues" -> builder.addUpdateRemoveOp(ObjectCommands.objectClass(task), ObjectCommands.target(task), ObjectCommands.attributes(task), options);
            default -> throw new IllegalArgumentException("Unknown batch task " + task);
        }
    }

    private static JsonElement finished(Subscription subscription, Collector<BatchResult> collector, JsonObject command) throws InterruptedException {
        collector.await(Long.MAX_VALUE, command.get("milliseconds").getAsLong());
        JsonObject answer = collector.answer("results");
        Object value = subscription.isUnsubscribed() ? subscription.getReturnValue() : null;
        answer.add("token", value instanceof BatchToken token ? toJson(token) : JsonNull.INSTANCE);
        return answer;
    }

    private static JsonElement toJson(BatchResult result) {
        JsonObject json = new JsonObject();
        json.addProperty("resultId", result.getResultId());
        json.addProperty("complete", result.getComplete());
        json.addProperty("error", result.getError());
        json.add("token", result.getToken() == null ? JsonNull.INSTANCE : toJson(result.getToken()));
        if (result.getResult() instanceof Uid uid) {
            json.add("uid", JavaObjects.toJson(uid));
        } else if (result.getResult() instanceof BatchEmptyResult empty) {
            json.addProperty("message", empty.getMessage());
        }
        return json;
    }

    private static JsonElement toJson(BatchToken token) {
        JsonObject json = new JsonObject();
        JsonArray tokens = new JsonArray();
        List.copyOf(token.getTokens()).forEach(tokens::add);
        json.add("tokens", tokens);
        json.addProperty("queryRequired", token.isQueryRequired());
        json.addProperty("asynchronousResults", token.hasAsynchronousResults());
        json.addProperty("returnsResults", token.returnsResults());
        return json;
    }
}
