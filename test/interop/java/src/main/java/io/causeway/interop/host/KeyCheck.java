package io.causeway.interop.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.forgerock.openicf.framework.remote.security.SharedSecretPrincipal;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.HttpResponsePacket;
import org.glassfish.grizzly.http.util.Header;
import org.glassfish.grizzly.http.util.HttpStatus;
import org.glassfish.grizzly.websockets.WebSocketFilter;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.common.security.SecurityUtil;

/** Lets an upgrade pass that carries the shared key as the password of Basic credentials: 401 without any, 403 with a wrong one. */
final class KeyCheck extends WebSocketFilter {
    private static final String SCHEME = "basic ";

    private final String keyHash;

    KeyCheck(long idleSeconds, String keyHash) {
        super(idleSeconds);
        this.keyHash = keyHash;
    }

    static String hash(String key) {
        return SecurityUtil.computeBase64SHA1Hash(key.toCharArray());
    }

    @Override
    protected NextAction handleHandshake(FilterChainContext context, HttpContent content) throws IOException {
        HttpRequestPacket request = (HttpRequestPacket) content.getHttpHeader();
        String[] credentials = credentials(request.getHeader(Header.Authorization));
        if (credentials == null) {
            request.getResponse().addHeader(Header.WWWAuthenticate, "Basic realm=\"openicf.forgerock.org\"");
            return refuse(context, content, HttpStatus.UNAUTHORIZED_401);
        }
        GuardedString key = new GuardedString(credentials[1].toCharArray());
        if (!SharedSecretPrincipal.createBasic(credentials[0], key).verify(keyHash)) {
            return refuse(context, content, HttpStatus.FORBIDDEN_403);
        }
        return super.handleHandshake(context, content);
    }

    /** User name and password, both trimmed; null: none that could be read. */
    private static String[] credentials(String header) {
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return null;
        }
        String clear = new String(Base64.getDecoder().decode(header.substring(SCHEME.length()).trim()), StandardCharsets.ISO_8859_1);
        int colon = clear.indexOf(':');
        return colon < 0 ? null : new String[] {clear.substring(0, colon).trim(), clear.substring(colon + 1).trim()};
    }

    private static NextAction refuse(FilterChainContext context, HttpContent content, HttpStatus status) {
        HttpResponsePacket response = ((HttpRequestPacket) content.getHttpHeader()).getResponse();
        response.setStatus(status);
        context.write(response);
        context.flush(null);
        content.recycle();
        return context.getStopAction();
    }
}
