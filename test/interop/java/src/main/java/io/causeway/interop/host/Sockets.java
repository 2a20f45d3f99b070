package io.causeway.interop.host;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.forgerock.openicf.framework.ConnectorFramework;
import org.forgerock.openicf.framework.client.RemoteWSFrameworkConnectionInfo;
import org.forgerock.openicf.framework.remote.ConnectionPrincipal;
import org.forgerock.openicf.framework.remote.OpenICFServerAdapter;
import org.forgerock.openicf.framework.remote.rpc.OperationMessageListener;
import org.forgerock.openicf.framework.remote.rpc.WebSocketConnectionGroup;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.websockets.ProtocolHandler;
import org.glassfish.grizzly.websockets.WebSocket;
import org.glassfish.grizzly.websockets.WebSocketApplication;
import org.glassfish.grizzly.websockets.WebSocketListener;

/** Hands accepted sockets to the framework's server adapter, all for the one principal of a connector server. */
final class Sockets extends WebSocketApplication {
    private static final long FIRST_CHECK_MINUTES = 1;
    private static final long CHECK_MINUTES = 4;

    private final ConcurrentMap<String, WebSocketConnectionGroup> groups = new ConcurrentHashMap<>();
    private final ConnectionPrincipal<?> principal;

    Sockets(ConnectorFramework framework) {
        principal = new Anyone(new OpenICFServerAdapter(framework, framework.getLocalManager(), false), groups);
        Executors.newSingleThreadScheduledExecutor(Sockets::daemon)
                .scheduleWithFixedDelay(this::checkGroups, FIRST_CHECK_MINUTES, CHECK_MINUTES, TimeUnit.MINUTES);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "group check");
        thread.setDaemon(true);
        return thread;
    }

    private void checkGroups() {
        groups.values().removeIf(group -> !group.checkIsActive());
    }

    @Override
    public List<String> getSupportedProtocols(List<String> offered) {
        return offered.contains(RemoteWSFrameworkConnectionInfo.OPENICF_PROTOCOL)
                ? List.of(RemoteWSFrameworkConnectionInfo.OPENICF_PROTOCOL) : super.getSupportedProtocols(offered);
    }

    @Override
    public WebSocket createSocket(ProtocolHandler handler, HttpRequestPacket request, WebSocketListener... listeners) {
        return new ServedSocket(handler, request, principal, this);
    }

    private static final class Anyone extends ConnectionPrincipal<Anyone> {
        Anyone(OperationMessageListener listener, ConcurrentMap<String, WebSocketConnectionGroup> groups) {
            super(listener, groups);
        }

        @Override
        protected void doClose() {
            // The groups end with the process.
        }
    }
}
