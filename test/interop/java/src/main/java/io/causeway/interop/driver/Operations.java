package io.causeway.interop.driver;

import java.util.List;
import org.identityconnectors.framework.api.operations.APIOperation;
import org.identityconnectors.framework.common.FrameworkUtil;

/** API operations by their simple names. */
final class Operations {
    private Operations() {
    }

    static List<Class<? extends APIOperation>> all() {
        return List.copyOf(FrameworkUtil.allAPIOperations());
    }

    static Class<? extends APIOperation> named(String name) {
        return all().stream().filter(operation -> operation.getSimpleName().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown operation " + name));
    }
}
