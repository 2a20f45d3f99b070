package io.causeway.interop.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.identityconnectors.framework.common.exceptions.ConnectorException;
import org.identityconnectors.framework.impl.api.remote.RemoteWrappedException;

/**
 * Exceptions as JSON: class, message, and the chain of causes. What came over the wire arrives as a
 * RemoteWrappedException that carries the peer's class by name: that name is given, and {@code remote} says so.
 */
final class Failures {
    private static final int MOST_CAUSES = 20;

    private Failures() {
    }

    static JsonObject toJson(Throwable thrown) {
        Throwable failure = thrown instanceof StreamFailure stream ? stream.getCause() : thrown;
        JsonObject json = one(failure);
        json.addProperty("remote", failure instanceof RemoteWrappedException);
        JsonArray causes = new JsonArray();
        causesOf(failure).forEach(cause -> causes.add(one(cause)));
        json.add("causes", causes);
        if (thrown instanceof StreamFailure stream) {
            json.addProperty("delivered", stream.delivered);
        }
        return json;
    }

    /** Without the empty ConnectorException that the framework invents as the last cause of what came over the wire. */
    private static List<Throwable> causesOf(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure.getCause(); cause != null && causes.size() < MOST_CAUSES; cause = cause.getCause()) {
            boolean invented = cause instanceof RemoteWrappedException wrapped && cause.getCause() == null
                    && ConnectorException.class.getName().equals(wrapped.getExceptionClass()) && "".equals(cause.getMessage());
            if (!invented) {
                causes.add(cause);
            }
        }
        return causes;
    }

    private static JsonObject one(Throwable failure) {
        JsonObject json = new JsonObject();
        json.addProperty("javaClass", failure instanceof RemoteWrappedException wrapped ? wrapped.getExceptionClass() : failure.getClass().getName());
        json.addProperty("message", failure.getMessage());
        return json;
    }

    /** A search or sync that failed after some objects. */
    static final class StreamFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final long delivered;

        StreamFailure(RuntimeException cause, long delivered) {
            super(cause);
            this.delivered = delivered;
        }
    }
}
