package io.causeway.interop.dial;

import java.lang.reflect.Field;
import java.util.List;
import org.forgerock.openicf.framework.ConnectorFramework;
import org.forgerock.openicf.framework.client.ClientRemoteConnectorInfoManager;
import org.forgerock.openicf.framework.client.RemoteConnectorInfoManager;
import org.forgerock.openicf.framework.client.RemoteWSFrameworkConnectionInfo;
import org.forgerock.openicf.framework.remote.rpc.WebSocketConnectionHolder;

/** The framework's own dialler, with the two things it has no method for: how many sockets there shall be and how many there are. */
public final class Dialler {
    private Dialler() {
    }

    /** Starts to dial, and keeps dialling. */
    public static RemoteConnectorInfoManager dial(ConnectorFramework framework, RemoteWSFrameworkConnectionInfo info) {
        return framework.getRemoteConnectionInfoManagerFactory().connect(info);
    }

    /** To be called before it dials. */
    public static void expectSockets(RemoteWSFrameworkConnectionInfo info, int count) {
        try {
            for (String name : List.of("expectedConnectionCount", "maximumConnectionCount")) {
                Field field = RemoteWSFrameworkConnectionInfo.class.getDeclaredField(name);
                field.setAccessible(true);
                field.setInt(info, name.startsWith("maximum") ? Math.max(count, field.getInt(info)) : count);
            }
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Sockets open now. */
    public static int sockets(RemoteConnectorInfoManager manager) {
        try {
            Field field = ClientRemoteConnectorInfoManager.class.getDeclaredField("privateConnections");
            field.setAccessible(true);
            List<?> holders = (List<?>) field.get(manager);
            return (int) holders.stream().filter(holder -> ((WebSocketConnectionHolder) holder).isOperational()).count();
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
