package io.causeway.interop.describe;

import com.google.gson.GsonBuilder;
import java.io.PrintStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.api.ConnectorInfo;
import org.identityconnectors.framework.api.ConnectorInfoManagerFactory;

/**
 * Prints, as one JSON list, what the released framework's own local connector manager says of the connectors in the
 * bundles named as arguments. Their imports (Groovy, JDBC pool, SSH client ...) have to be on the class path, as the
 * connector server has them.
 */
public final class DescribeMain {
    private DescribeMain() {
    }

    public static void main(final String[] bundles) throws Exception {
        final PrintStream output = System.out;
        System.setOut(System.err); // the framework logs to standard output
        Locale.setDefault(Locale.ENGLISH);
        final List<Map<String, Object>> connectors = new ArrayList<>();
        for (final String bundle : bundles) {
            final List<ConnectorInfo> infos = connectorsOf(Path.of(bundle));
            if (infos.isEmpty()) {
                throw new IllegalStateException("No connector could be loaded from " + bundle
                        + ": something it imports is missing on the class path; see the log above.");
            }
            for (final ConnectorInfo info : infos) {
                connectors.add(ConnectorDescription.of(info));
            }
        }
        output.println(new GsonBuilder().serializeNulls().disableHtmlEscaping().setPrettyPrinting().create().toJson(connectors));
        output.flush();
        System.exit(0); // a bundle's library may have left a thread behind
    }

    private static List<ConnectorInfo> connectorsOf(final Path bundle) throws Exception {
        if (!Files.isRegularFile(bundle)) {
            throw new IllegalArgumentException("There is no bundle " + bundle);
        }
        final URL url = bundle.toUri().toURL();
        return ConnectorInfoManagerFactory.getInstance().getLocalManager(url).getConnectorInfos();
    }

    /** Clear text of a default that is a guarded string: a default is no secret. */
    static String reveal(final GuardedString secret) {
        final StringBuilder text = new StringBuilder();
        secret.access(text::append);
        return text.toString();
    }
}
