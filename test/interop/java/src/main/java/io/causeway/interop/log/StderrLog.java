package io.causeway.interop.log;

import java.time.Instant;
import org.identityconnectors.common.logging.Log;
import org.identityconnectors.common.logging.LogSpi;

/** The framework's log on stderr, from the level of the system property {@code causeway.log} up: stdout belongs to our protocol. */
public final class StderrLog implements LogSpi {
    private static final Log.Level LEAST = Log.Level.valueOf(System.getProperty("causeway.log", "WARN"));

    /** To be called before the first class of the framework loads. */
    public static void install() {
        System.setProperty("org.identityconnectors.common.logging.class", StderrLog.class.getName());
    }

    @Override
    public void log(Class<?> owner, String method, Log.Level level, String message, Throwable failure) {
        System.err.println(Instant.now() + " " + level + " " + owner.getSimpleName() + ": " + message);
        if (failure != null) {
            failure.printStackTrace();
        }
    }

    @Override
    public void log(Class<?> owner, StackTraceElement caller, Log.Level level, String message, Throwable failure) {
        log(owner, (String) null, level, message, failure);
    }

    @Override
    public boolean isLoggable(Class<?> owner, Log.Level level) {
        return level.ordinal() >= LEAST.ordinal();
    }

    @Override
    public boolean needToInferCaller(Class<?> owner, Log.Level level) {
        return false;
    }
}
