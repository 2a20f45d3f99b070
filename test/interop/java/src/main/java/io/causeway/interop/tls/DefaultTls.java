package io.causeway.interop.tls;

import io.causeway.interop.arguments.Arguments;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** What a dialling program's arguments say of TLS, made the default of its JVM: the framework's dialler looks at nothing else. */
public final class DefaultTls {
    private DefaultTls() {
    }

    /** {@code --trust FILE}, {@code --certificate FILE --private-key FILE}; to be called before the first connection. */
    public static void set(Arguments given) throws GeneralSecurityException, IOException {
        if (given.has("trust")) {
            PemFiles.trustByDefault(Path.of(given.one("trust")));
        }
        if (given.has("certificate")) {
            PemFiles.identifyByDefault(Path.of(given.one("certificate")), Path.of(given.one("private-key")));
        }
    }
}
