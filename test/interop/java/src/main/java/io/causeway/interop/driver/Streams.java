package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.causeway.interop.json.JavaFilters;
import io.causeway.interop.json.JavaObjects;
import io.causeway.interop.json.JavaOptions;
import io.causeway.interop.json.JavaValues;
import org.identityconnectors.framework.api.ConnectorFacade;
import org.identityconnectors.framework.common.objects.SearchResult;
import org.identityconnectors.framework.common.objects.SyncToken;

/** Search and sync. */
final class Streams {
    private Streams() {
    }

    static JsonElement search(ConnectorFacade facade, JsonObject command) {
        StreamConsumer consumer = new StreamConsumer(command);
        JsonArray objects = new JsonArray();
        SearchResult result = consumer.run(() -> facade.search(ObjectCommands.objectClass(command), JavaFilters.filter(command.get("filter")), object -> {
            consumer.take(object.getUid());
            if (!consumer.countsOnly()) {
                objects.add(JavaObjects.toJson(object));
            }
            return consumer.goesOn();
        }, JavaOptions.options(command)));
        JsonObject answer = consumer.answer();
        answer.add("objects", objects);
        answer.add("result", result == null ? JsonNull.INSTANCE : toJson(result));
        return answer;
    }

    static JsonElement sync(ConnectorFacade facade, JsonObject command) {
        StreamConsumer consumer = new StreamConsumer(command);
        JsonArray deltas = new JsonArray();
        SyncToken token = consumer.run(() -> facade.sync(ObjectCommands.objectClass(command), token(command), delta -> {
            consumer.take(delta.getUid());
            if (!consumer.countsOnly()) {
                deltas.add(JavaObjects.toJson(delta));
            }
            return consumer.goesOn();
        }, JavaOptions.options(command)));
        JsonObject answer = consumer.answer();
        answer.add("deltas", deltas);
        answer.add("token", JavaObjects.toJson(token));
        return answer;
    }

    /** The token of a command; null: from the beginning. */
    static SyncToken token(JsonObject command) {
        Object value = JavaValues.fromJson(command.get("token"));
        return value == null ? null : new SyncToken(value);
    }

    private static JsonObject toJson(SearchResult result) {
        JsonObject json = new JsonObject();
        json.addProperty("pagedResultsCookie", result.getPagedResultsCookie());
        json.addProperty("totalPagedResultsPolicy", result.getTotalPagedResultsPolicy().name());
        json.addProperty("totalPagedResults", result.getTotalPagedResults());
        json.addProperty("remainingPagedResults", result.getRemainingPagedResults());
        return json;
    }
}
