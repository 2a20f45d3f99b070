package io.causeway.interop.driver;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Things of one kind that commands refer to by a text. */
final class Handles<T> {
    private final String kind;
    private final ConcurrentMap<String, T> things = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger(1);

    Handles(String kind) {
        this.kind = kind;
    }

    String add(T thing) {
        String handle = kind + "-" + next.getAndIncrement();
        things.put(handle, thing);
        return handle;
    }

    T get(String handle) {
        T thing = things.get(handle);
        if (thing == null) {
            throw new IllegalArgumentException("No " + kind + " " + handle);
        }
        return thing;
    }

    T remove(String handle) {
        T thing = get(handle);
        things.remove(handle);
        return thing;
    }
}
