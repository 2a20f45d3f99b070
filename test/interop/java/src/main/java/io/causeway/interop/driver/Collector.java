package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.identityconnectors.framework.api.Observer;

/** Observer that keeps what it is told, for somebody who waits. */
final class Collector<T> implements Observer<T> {
    private final Function<T, JsonElement> toJson;
    private final List<JsonElement> events = new ArrayList<>();
    private boolean completed;
    private Throwable failure;

    Collector(Function<T, JsonElement> toJson) {
        this.toJson = toJson;
    }

    @Override
    public synchronized void onNext(T event) {
        events.add(toJson.apply(event));
        notifyAll();
    }

    @Override
    public synchronized void onCompleted() {
        completed = true;
        notifyAll();
    }

    @Override
    public synchronized void onError(Throwable error) {
        failure = error;
        notifyAll();
    }

    /** Returns when there are so many events, when it has ended, or when the time is over. */
    synchronized void await(long count, long milliseconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        for (long left = milliseconds; events.size() < count && !completed && failure == null && left > 0;
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())) {
            wait(left);
        }
    }

    synchronized JsonObject answer(String name) {
        JsonArray list = new JsonArray();
        events.forEach(list::add);
        JsonObject json = new JsonObject();
        json.add(name, list);
        json.addProperty("completed", completed);
        json.add("failure", failure == null ? JsonNull.INSTANCE : Failures.toJson(failure));
        return json;
    }
}
