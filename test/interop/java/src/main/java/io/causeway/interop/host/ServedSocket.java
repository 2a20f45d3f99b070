package io.causeway.interop.host;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.forgerock.openicf.common.protobuf.RPCMessages.HandshakeMessage;
import org.forgerock.openicf.framework.remote.ConnectionPrincipal;
import org.forgerock.openicf.framework.remote.rpc.OperationMessageListener;
import org.forgerock.openicf.framework.remote.rpc.RemoteOperationContext;
import org.forgerock.openicf.framework.remote.rpc.WebSocketConnectionHolder;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.websockets.ClosingFrame;
import org.glassfish.grizzly.websockets.DataFrame;
import org.glassfish.grizzly.websockets.DefaultWebSocket;
import org.glassfish.grizzly.websockets.ProtocolHandler;
import org.glassfish.grizzly.websockets.WebSocketListener;
import org.glassfish.grizzly.websockets.frametypes.PingFrameType;
import org.glassfish.grizzly.websockets.frametypes.PongFrameType;
import org.identityconnectors.framework.common.exceptions.ConnectorIOException;

/** One accepted WebSocket, as the framework sees it. */
final class ServedSocket extends DefaultWebSocket {
    private final ConnectionPrincipal<?> principal;
    private final OperationMessageListener messages;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final WebSocketConnectionHolder holder = new Holder();

    ServedSocket(ProtocolHandler handler, HttpRequestPacket request, ConnectionPrincipal<?> principal, WebSocketListener... listeners) {
        super(handler, request, listeners);
        this.principal = principal;
        this.messages = principal.getOperationMessageListener();
    }

    @Override
    public void onConnect() {
        super.onConnect();
        messages.onConnect(holder);
    }

    @Override
    public void onClose(DataFrame frame) {
        super.onClose(frame);
        if (closed.compareAndSet(false, true)) {
            ClosingFrame closing = (ClosingFrame) frame;
            messages.onClose(holder, closing.getCode(), closing.getReason());
        }
    }

    @Override
    public void onMessage(byte[] data) {
        super.onMessage(data);
        messages.onMessage(holder, data);
    }

    @Override
    public void onMessage(String text) {
        super.onMessage(text);
        messages.onMessage(holder, text);
    }

    @Override
    public void onPing(DataFrame frame) {
        super.onPing(frame);
        messages.onPing(holder, frame.getBytes());
    }

    @Override
    public void onPong(DataFrame frame) {
        super.onPong(frame);
        messages.onPong(holder, frame.getBytes());
    }

    private final class Holder extends WebSocketConnectionHolder {
        private volatile RemoteOperationContext context;

        @Override
        protected void handshake(HandshakeMessage message) {
            context = principal.handshake(this, message);
            if (context == null) {
                tryClose();
            }
        }

        @Override
        public boolean isOperational() {
            return isConnected();
        }

        @Override
        public RemoteOperationContext getRemoteConnectionContext() {
            return context;
        }

        @Override
        public Future<?> sendBytes(byte[] data) {
            return isConnected() ? protocolHandler.send(data) : CompletableFuture.failedFuture(gone());
        }

        @Override
        public Future<?> sendString(String data) {
            return isConnected() ? protocolHandler.send(data) : CompletableFuture.failedFuture(gone());
        }

        @Override
        public void sendPing(byte[] data) {
            sendControl(new DataFrame(new PingFrameType(), data));
        }

        @Override
        public void sendPong(byte[] data) {
            sendControl(new DataFrame(new PongFrameType(), data));
        }

        private void sendControl(DataFrame frame) {
            if (!isConnected()) {
                throw gone();
            }
            protocolHandler.send(frame);
        }

        private ConnectorIOException gone() {
            return new ConnectorIOException("The socket is not connected.");
        }

        @Override
        protected void tryClose() {
            ServedSocket.this.close();
        }
    }
}
