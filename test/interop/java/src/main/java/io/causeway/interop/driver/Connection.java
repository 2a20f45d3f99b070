package io.causeway.interop.driver;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.causeway.interop.dial.Dialler;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.forgerock.openicf.framework.ConnectorFramework;
import org.forgerock.openicf.framework.client.RemoteConnectorInfoManager;
import org.forgerock.openicf.framework.client.RemoteWSFrameworkConnectionInfo;
import org.forgerock.openicf.framework.remote.AsyncRemoteConnectorInfoManager;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.api.ConnectorInfo;
import org.identityconnectors.framework.api.ConnectorKey;

/** One agent, dialled by a framework of its own, so that connections share no session. */
final class Connection implements AutoCloseable {
    private static final long POLL_MILLISECONDS = 10;
    private static final int QUIET_POLLS = 10;
    private static final long FIRST_WAIT_MILLISECONDS = 3000;

    private final ConnectorFramework framework = new ConnectorFramework(Connection.class.getClassLoader());
    private final RemoteConnectorInfoManager dialler;
    private final AsyncRemoteConnectorInfoManager manager;

    private Connection(RemoteWSFrameworkConnectionInfo info) {
        dialler = Dialler.dial(framework, info);
        manager = new AsyncRemoteConnectorInfoManager(dialler);
    }

    /**
     * Dials, and waits for the first connector list; dials anew while it does not come. In a released Java server the
     * request for the list can overtake the handshake, is refused, and is repeated only after a minute.
     */
    static Connection open(JsonObject command) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(command.get("timeout").getAsLong());
        for (long wait = FIRST_WAIT_MILLISECONDS;; wait *= 2) {
            Connection connection = new Connection(info(command));
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (connection.hasConnectorsWithin(Math.min(wait, left))) {
                return connection;
            }
            connection.close();
            if (wait >= left) {
                throw new TimeoutException("No connector list within " + command.get("timeout") + " ms");
            }
        }
    }

    private static RemoteWSFrameworkConnectionInfo info(JsonObject command) {
        String scheme = command.has("secure") && command.get("secure").getAsBoolean() ? "wss" : "ws";
        URI uri = URI.create(scheme + "://" + text(command, "host", "127.0.0.1") + ":" + command.get("port").getAsInt() + text(command, "path", "/openicf"));
        RemoteWSFrameworkConnectionInfo.Builder builder = RemoteWSFrameworkConnectionInfo.newBuilder()
                .setRemoteURI(uri)
                .setPrincipal(text(command, "principal", "anonymous"))
                .setPassword(new GuardedString(text(command, "key", "changeit").toCharArray()));
        if (command.has("proxy")) {
            JsonObject proxy = command.getAsJsonObject("proxy");
            builder.setProxyHost(proxy.get("host").getAsString()).setProxyPort(proxy.get("port").getAsInt());
            if (proxy.has("principal")) {
                builder.setProxyPrincipal(proxy.get("principal").getAsString())
                        .setProxyPassword(new GuardedString(proxy.get("password").getAsString().toCharArray()));
            }
        }
        RemoteWSFrameworkConnectionInfo info = builder.build();
        if (command.has("sockets")) {
            Dialler.expectSockets(info, command.get("sockets").getAsInt());
        }
        return info;
    }

    private static String text(JsonObject command, String name, String fallback) {
        return command.has(name) ? command.get(name).getAsString() : fallback;
    }

    /** The framework makes the connectors of a list known one by one: it is taken for whole when none has come for a while. */
    private boolean hasConnectorsWithin(long milliseconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        int known = 0;
        for (int quietPolls = 0; known == 0 || quietPolls < QUIET_POLLS; quietPolls++) {
            if (known == 0 && System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL_MILLISECONDS);
            int now = manager.getConnectorInfos().size();
            if (now != known) {
                known = now;
                quietPolls = 0;
            }
        }
        return true;
    }

    ConnectorFramework framework() {
        return framework;
    }

    List<ConnectorInfo> infos() {
        return manager.getConnectorInfos();
    }

    /**
     * A connector by its whole key (and then it waits for it to be listed), by a part of the key, or by its class name:
     * the first that is listed. What this gives is bound to the connection; what {@link #infos()} gives is bound to the
     * peer's session of the moment.
     */
    ConnectorInfo find(JsonElement selector, long milliseconds) throws Exception {
        JsonObject wanted = new JsonObject();
        if (selector.isJsonObject()) {
            wanted = selector.getAsJsonObject();
        } else {
            wanted.add("connectorName", selector);
        }
        ConnectorKey key = wanted.has("bundleName") && wanted.has("bundleVersion") && wanted.has("connectorName") ? key(wanted) : firstLike(wanted);
        return manager.findConnectorInfoAsync(key).getOrThrow(milliseconds, TimeUnit.MILLISECONDS);
    }

    private static ConnectorKey key(JsonObject json) {
        return new ConnectorKey(json.get("bundleName").getAsString(), json.get("bundleVersion").getAsString(), json.get("connectorName").getAsString());
    }

    private ConnectorKey firstLike(JsonObject wanted) {
        List<ConnectorKey> keys = infos().stream().map(ConnectorInfo::getConnectorKey).toList();
        return keys.stream().filter(key -> isLike(Descriptions.key(key), wanted)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No connector like " + wanted + " among " + keys));
    }

    private static boolean isLike(JsonObject key, JsonObject wanted) {
        return wanted.entrySet().stream().allMatch(part -> part.getValue().equals(key.get(part.getKey())));
    }

    int sockets() {
        return Dialler.sockets(dialler);
    }

    @Override
    public void close() {
        manager.close();
        framework.close();
    }
}
