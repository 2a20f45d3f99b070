package io.causeway.interop.host;

import io.causeway.interop.arguments.Arguments;
import io.causeway.interop.dial.Dialler;
import io.causeway.interop.log.StderrLog;
import io.causeway.interop.tls.DefaultTls;
import io.causeway.interop.tls.PemFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import org.forgerock.openicf.framework.ConnectorFramework;
import org.forgerock.openicf.framework.client.RemoteWSFrameworkConnectionInfo;
import org.identityconnectors.common.security.GuardedString;

/**
 * A connector server of the released framework and bundles: {@code server} listens, {@code client} dials. Prints
 * {@code ready PORT} when it serves (0: it dials), and ends when its standard input does.
 */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err);
        StderrLog.install();
        Arguments given = Arguments.parse(arguments);
        ConnectorFramework framework = new ConnectorFramework(Main.class.getClassLoader());
        for (String bundle : given.all("bundle")) {
            framework.getLocalManager().addConnectorBundle(Path.of(bundle).toUri().toURL());
        }
        switch (given.mode()) {
            case "server" -> out.println("ready " + listen(framework, given));
            case "client" -> out.println("ready " + dial(framework, given));
            default -> throw new IllegalArgumentException("Unknown mode " + given.mode());
        }
        out.flush();
        awaitEndOfInput();
        System.exit(0);
    }

    private static int listen(ConnectorFramework framework, Arguments given) throws Exception {
        Listener listener = new Listener(framework, given.one("key"));
        if (given.has("certificate")) {
            listener.secure(PemFiles.keyStore(Path.of(given.one("certificate")), Path.of(given.one("private-key"))));
        }
        return listener.start(Integer.parseInt(given.one("port")));
    }

    private static int dial(ConnectorFramework framework, Arguments given) throws Exception {
        DefaultTls.set(given);
        RemoteWSFrameworkConnectionInfo info = RemoteWSFrameworkConnectionInfo.newBuilder()
                .setRemoteURI(URI.create(given.one("url")))
                .setPrincipal(given.one("principal"))
                .setPassword(new GuardedString(given.one("password").toCharArray()))
                .build();
        if (given.has("sockets")) {
            Dialler.expectSockets(info, Integer.parseInt(given.one("sockets")));
        }
        Dialler.dial(framework, info);
        return 0;
    }

    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            continue;
        }
    }
}
