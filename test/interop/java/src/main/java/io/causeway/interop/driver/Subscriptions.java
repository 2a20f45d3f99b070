package io.causeway.interop.driver;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.causeway.interop.json.JavaFilters;
import io.causeway.interop.json.JavaObjects;
import io.causeway.interop.json.JavaOptions;
import org.identityconnectors.framework.api.ConnectorFacade;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.Subscription;
import org.identityconnectors.framework.common.objects.SyncDelta;

/** Open event subscriptions. */
final class Subscriptions {
    private record Open(Subscription subscription, Collector<?> collector) {
    }

    private final Handles<Open> handles = new Handles<>("subscription");

    JsonElement objects(ConnectorFacade facade, JsonObject command) {
        Collector<ConnectorObject> collector = new Collector<>(JavaObjects::toJson);
        return opened(facade.subscribe(ObjectCommands.objectClass(command), JavaFilters.filter(command.get("filter")), collector, JavaOptions.options(command)), collector);
    }

    JsonElement changes(ConnectorFacade facade, JsonObject command) {
        Collector<SyncDelta> collector = new Collector<>(JavaObjects::toJson);
        return opened(facade.subscribe(ObjectCommands.objectClass(command), Streams.token(command), collector, JavaOptions.options(command)), collector);
    }

    private JsonElement opened(Subscription subscription, Collector<?> collector) {
        JsonObject answer = new JsonObject();
        answer.addProperty("subscription", handles.add(new Open(subscription, collector)));
        return answer;
    }

    JsonElement events(JsonObject command) throws InterruptedException {
        Collector<?> collector = handles.get(command.get("subscription").getAsString()).collector();
        collector.await(command.get("count").getAsLong(), command.get("milliseconds").getAsLong());
        return collector.answer("events");
    }

    JsonElement close(JsonObject command) {
        handles.remove(command.get("subscription").getAsString()).subscription().close();
        return JsonNull.INSTANCE;
    }
}
