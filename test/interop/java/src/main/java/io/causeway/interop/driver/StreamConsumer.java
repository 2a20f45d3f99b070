package io.causeway.interop.driver;

import com.google.gson.JsonObject;
import io.causeway.interop.driver.Failures.StreamFailure;
import io.causeway.interop.failure.Exceptions;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.identityconnectors.framework.common.objects.Uid;

/** What the handler of a stream does at each object, as its command says, and what it has seen. */
final class StreamConsumer {
    private static final long NEVER = -1;

    private final long stopAfter;
    private final long cancelAfter;
    private final long failAfter;
    private final String failWith;
    private final long pause;
    private final boolean countOnly;
    private final long start = System.nanoTime();
    private long count;
    private long checksum;
    private long first = NEVER;
    private String ended = "complete";

    StreamConsumer(JsonObject command) {
        stopAfter = number(command, "stopAfter");
        cancelAfter = number(command, "cancelAfter");
        failAfter = number(command, "failAfter");
        failWith = command.has("failWith") ? command.get("failWith").getAsString() : "java.lang.IllegalStateException";
        pause = number(command, "pause");
        countOnly = command.has("countOnly") && command.get("countOnly").getAsBoolean();
    }

    private static long number(JsonObject command, String name) {
        return command.has(name) ? command.get(name).getAsLong() : NEVER;
    }

    /** Runs the operation; that it ends as it was told to is no failure. */
    <T> T run(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (CancellationException cancelled) {
            if ("complete".equals(ended)) {
                throw new StreamFailure(cancelled, count);
            }
            return null;
        } catch (RuntimeException failure) {
            throw new StreamFailure(failure, count);
        }
    }

    void take(Uid uid) {
        if (first == NEVER) {
            first = System.nanoTime();
        }
        count++;
        checksum += hash(uid.getUidValue());
        if (pause > 0) {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (count == cancelAfter) {
            ended = "cancelled";
            throw new CancellationException("as the command says");
        }
        if (count == failAfter) {
            throw Exceptions.of(failWith, "as the command says");
        }
    }

    boolean goesOn() {
        if (count == stopAfter) {
            ended = "stopped";
            return false;
        }
        return true;
    }

    boolean countsOnly() {
        return countOnly;
    }

    JsonObject answer() {
        JsonObject json = new JsonObject();
        json.addProperty("ended", ended);
        json.addProperty("count", count);
        json.addProperty("checksum", Long.toHexString(checksum));
        json.addProperty("milliseconds", milliseconds(System.nanoTime()));
        json.addProperty("firstMilliseconds", first == NEVER ? null : milliseconds(first));
        return json;
    }

    private double milliseconds(long until) {
        return (until - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    /** FNV-1a over the chars, so that TypeScript and Java tests can compute it alike. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
