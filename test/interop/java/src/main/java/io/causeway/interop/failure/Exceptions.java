package io.causeway.interop.failure;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Arrays;

/** Makes an unchecked exception of any class by its full name. */
public final class Exceptions {
    private Exceptions() {
    }

    public static RuntimeException of(String className, String message) {
        try {
            Class<?> type = Class.forName(className);
            if (!RuntimeException.class.isAssignableFrom(type)) {
                throw new IllegalArgumentException(className + " is no unchecked exception");
            }
            return (RuntimeException) make(type, message);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalArgumentException(className + " cannot be made", failure);
        }
    }

    private static Object make(Class<?> type, String message) throws ReflectiveOperationException {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == String.class) {
                return constructor.newInstance(message);
            }
        }
        for (Method method : type.getMethods()) {
            // RetryableException has no public constructor.
            if (method.getName().equals("wrap") && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class, Throwable.class})) {
                return method.invoke(null, message, null);
            }
        }
        return type.getConstructor().newInstance();
    }
}
