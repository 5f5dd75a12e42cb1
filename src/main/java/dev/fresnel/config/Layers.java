package dev.fresnel.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Optional;

/**
 * One block laid over another, key by key: the upper one wins wherever it says something. Works on any record made of
 * {@code Optional}s and such records, so a key added to {@link PlanSection} is merged without a line here.
 */
final class Layers {
    private Layers() {}

    static <T extends Record> T over(T upper, T lower) {
        RecordComponent[] components = upper.getClass().getRecordComponents();
        Object[] merged = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            merged[i] = merge(value(components[i], upper), value(components[i], lower));
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            @SuppressWarnings("unchecked") // the class of a T that is a final record is Class<T>
            Constructor<T> constructor = (Constructor<T>) upper.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(merged);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has its canonical constructor", e);
        }
    }

    private static Object merge(Object upper, Object lower) {
        return switch (upper) {
            case Optional<?> optional -> optional.isPresent() ? optional : lower;
            case Record block -> over(block, (Record) lower);
            default -> throw new IllegalStateException("a layered key is an Optional: " + upper.getClass());
        };
    }

    static Object value(RecordComponent component, Object record) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record answers for its components", e);
        }
    }
}
