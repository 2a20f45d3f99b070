package io.causeway.interop.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** PEM files as the key stores Java wants. The pass phrase guards nothing: the files beside it are in the clear. */
public final class PemFiles {
    public static final String PASS = "changeit";

    private PemFiles() {
    }

    /** Makes the authorities of a PEM file the only ones this JVM trusts: all that the framework's dialler looks at. */
    public static void trustByDefault(Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        int number = 0;
        for (Certificate certificate : certificates(authorities)) {
            store.setCertificateEntry("authority-" + number++, certificate);
        }
        System.setProperty("javax.net.ssl.trustStore", saved(store).toString());
        System.setProperty("javax.net.ssl.trustStorePassword", PASS);
        System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
    }

    /** Makes a certificate with its key the one this JVM shows to servers that ask: mutual TLS. */
    public static void identifyByDefault(Path certificateChain, Path privateKey) throws GeneralSecurityException, IOException {
        System.setProperty("javax.net.ssl.keyStore", keyStore(certificateChain, privateKey).toString());
        System.setProperty("javax.net.ssl.keyStorePassword", PASS);
        System.setProperty("javax.net.ssl.keyStoreType", "PKCS12");
    }

    /** A key store file with a private key (PKCS 8) and its chain; it goes when the JVM ends. */
    public static Path keyStore(Path certificateChain, Path privateKey) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry("server", key(privateKey), PASS.toCharArray(), certificates(certificateChain).toArray(Certificate[]::new));
        return saved(store);
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Path saved(KeyStore store) throws GeneralSecurityException, IOException {
        Path file = Files.createTempFile("causeway-interop", ".p12");
        file.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASS.toCharArray());
        }
        return file;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        String text = Files.readString(file);
        String body = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException notThisOne) {
                continue;
            }
        }
        throw new InvalidKeySpecException(file + " holds no RSA, EC or Ed25519 key in PKCS 8");
    }
}
