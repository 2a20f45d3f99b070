package io.causeway.interop.host;

import io.causeway.interop.tls.PemFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.forgerock.openicf.framework.ConnectorFramework;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.ssl.SSLContextConfigurator;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.websockets.WebSocketAddOn;
import org.glassfish.grizzly.websockets.WebSocketEngine;
import org.glassfish.grizzly.websockets.WebSocketFilter;

/** WebSocket listener on {@code /openicf} of the loopback interface; the released distribution's own listener is not published. */
final class Listener {
    private final HttpServer server = new HttpServer();
    private final Sockets sockets;
    private final String keyHash;
    private SSLEngineConfigurator tls;

    Listener(ConnectorFramework framework, String key) {
        sockets = new Sockets(framework);
        keyHash = KeyCheck.hash(key);
    }

    /** TLS 1.2, as the released listener offers it. */
    void secure(Path keyStore) {
        SSLContextConfigurator context = new SSLContextConfigurator(false);
        context.setKeyStoreFile(keyStore.toString());
        context.setKeyStorePass(PemFiles.PASS);
        context.setKeyStoreType("PKCS12");
        tls = new SSLEngineConfigurator(context.createSSLContext(true), false, false, false);
        tls.setEnabledProtocols(new String[] {"TLSv1.2"});
    }

    /** Returns the port. */
    int start(int port) throws IOException {
        NetworkListener listener = new NetworkListener("openicf", "127.0.0.1", port);
        if (tls != null) {
            listener.setSecure(true);
            listener.setSSLEngineConfig(tls);
        }
        listener.registerAddOn(new WebSocketAddOn() {
            @Override
            protected WebSocketFilter createWebSocketFilter() {
                return new KeyCheck(getTimeoutInSeconds(), keyHash);
            }
        });
        server.addListener(listener);
        WebSocketEngine.getEngine().register("", "/openicf", sockets);
        server.start();
        return listener.getPort();
    }
}
