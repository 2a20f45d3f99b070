package io.causeway.interop.describe;

import java.io.File;
import java.lang.reflect.Array;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.identityconnectors.common.script.Script;
import org.identityconnectors.common.security.GuardedByteArray;
import org.identityconnectors.common.security.GuardedString;
import org.identityconnectors.framework.impl.api.ConfigurationPropertyImpl;

/** One configuration property as JSON data. */
final class PropertyDescription {
    private PropertyDescription() {
    }

    static Map<String, Object> of(final ConfigurationPropertyImpl property) {
        final Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", property.getName());
        described.put("type", property.getType().getSimpleName());
        described.put("default", plain(property.getValue()));
        described.put("required", property.isRequired());
        described.put("confidential", property.isConfidential());
        described.put("order", property.getOrder());
        described.put("operations", ConnectorDescription.operations(property.getOperations()));
        described.put("group", text(property.getGroup(null), property.getGroupMessageKey()));
        described.put("help", text(property.getHelpMessage(null), property.getHelpMessageKey()));
        described.put("displayName", text(property.getDisplayName(null), property.getDisplayMessageKey()));
        return described;
    }

    /** Null where the catalogue has no text for the key: the framework then answers the key itself. */
    private static String text(final String message, final String key) {
        return message == null || message.isBlank() || message.equals(key) ? null : message;
    }

    /** Text, numbers, booleans, lists of them, or null; the type stands beside it. */
    private static Object plain(final Object value) {
        if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof GuardedString) {
            return DescribeMain.reveal((GuardedString) value);
        }
        if (value instanceof Character || value instanceof File || value instanceof URI) {
            return value.toString();
        }
        if (value.getClass().isArray()) {
            final List<Object> items = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                items.add(plain(Array.get(value, i)));
            }
            return items;
        }
        if (value instanceof Script) {
            return ((Script) value).getScriptText();
        }
        if (value instanceof GuardedByteArray) {
            throw new IllegalStateException("A default that is a guarded byte array was not expected.");
        }
        throw new IllegalStateException("A default of " + value.getClass().getName() + " was not expected.");
    }
}
