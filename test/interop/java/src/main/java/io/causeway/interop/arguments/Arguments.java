package io.causeway.interop.arguments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A mode, then {@code --name value} pairs; a name may come several times. */
public record Arguments(String mode, Map<String, List<String>> values) {
    public static Arguments parse(String[] arguments) {
        if (arguments.length % 2 == 0) {
            throw new IllegalArgumentException("Expected a mode and pairs of --name value");
        }
        Map<String, List<String>> values = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--")) {
                throw new IllegalArgumentException("Expected --name instead of " + arguments[i]);
            }
            values.computeIfAbsent(arguments[i].substring(2), name -> new ArrayList<>()).add(arguments[i + 1]);
        }
        return new Arguments(arguments[0], values);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public String one(String name) {
        List<String> given = all(name);
        if (given.size() != 1) {
            throw new IllegalArgumentException("Expected one --" + name);
        }
        return given.get(0);
    }

    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }
}
