package io.causeway.interop.connector;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.identityconnectors.common.security.GuardedByteArray;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.common.objects.AttributeBuilder;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ConnectorObjectBuilder;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.OperationalAttributes;

/** The objects a store begins with. */
final class Samples {
    /** One object, {@code typed-1}, with an attribute of every value type. */
    static final ObjectClass TYPED = new ObjectClass("typed");

    private Samples() {
    }

    /** {@code user-000000} and on; the same number gives the same account. */
    static ConnectorObject account(int number, int payloadLength) {
        String uid = String.format("user-%06d", number);
        ConnectorObjectBuilder builder = new ConnectorObjectBuilder().setObjectClass(ObjectClass.ACCOUNT).setUid(uid).setName("name-" + number);
        builder.addAttribute("givenName", "Given" + number);
        builder.addAttribute("sn", "Family" + number % 50);
        builder.addAttribute("mail", "user" + number + "@example.com", "alias" + number + "@example.com");
        builder.addAttribute("age", 20 + number % 60);
        builder.addAttribute("payload", "x".repeat(payloadLength));
        builder.addAttribute(OperationalAttributes.ENABLE_NAME, number % 2 == 0);
        return builder.build();
    }

    static ConnectorObject typed() {
        ConnectorObjectBuilder builder = new ConnectorObjectBuilder().setObjectClass(TYPED).setUid("typed-1").setName("typed one");
        builder.addAttribute("aString", "text with ümläuts, \"quotes\", \uD83D\uDE00 and\nlines");
        builder.addAttribute("anInteger", Integer.MIN_VALUE, 0, Integer.MAX_VALUE);
        builder.addAttribute("aLong", Long.MIN_VALUE, 9007199254740993L, Long.MAX_VALUE);
        builder.addAttribute("aDouble", 0.1, -1e300, Double.MIN_VALUE);
        builder.addAttribute("aFloat", 0.1f, -3.4e38f);
        builder.addAttribute("aBoolean", true, false);
        builder.addAttribute("aCharacter", 'a', '\u20ac');
        builder.addAttribute("aByte", (byte) -128, (byte) 127);
        builder.addAttribute("bytes", new byte[] {0, 1, -1, 127, -128}, new byte[0]);
        builder.addAttribute("aBigInteger", new BigInteger("123456789012345678901234567890"));
        builder.addAttribute("aBigDecimal", new BigDecimal("1234567890.123456789012345678900"));
        builder.addAttribute("aGuardedString", new GuardedString("secret text".toCharArray()));
        builder.addAttribute("someGuardedBytes", new GuardedByteArray(new byte[] {1, 2, 3}));
        builder.addAttribute("aMap", map());
        builder.addAttribute(AttributeBuilder.build("withNull", Arrays.asList("one", null, "three")));
        builder.addAttribute(AttributeBuilder.build("empty", List.of()));
        builder.addAttribute(AttributeBuilder.build("nothing"));
        return builder.build();
    }

    private static Map<String, Object> map() {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("deep", 42L);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("text", "value");
        map.put("number", 7);
        map.put("list", List.of("a", true));
        map.put("map", inner);
        return map;
    }
}
