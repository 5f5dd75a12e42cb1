package dev.fresnel.kubernetes;

import java.util.List;
import java.util.Map;

/** Finds a block in a manifest's tree. */
final class Tree {
    private Tree() {}

    /**
     * The block at a path such as {@code spec.containers[app].ports[0]}; an entry of a list is named by its number or its {@code name}.
     *
     * @throws AssertionError when nothing is there
     */
    @SuppressWarnings("unchecked")
    static Map<String, Object> at(Map<String, Object> root, String path) {
        Object here = root;
        for (String step : path.isEmpty() ? new String[0] : path.split("[.\\[]", -1)) {
            here = step.endsWith("]")
                    ? entry((List<Object>) here, step.substring(0, step.length() - 1))
                    : ((Map<String, Object>) here).get(step);
            if (here == null) {
                throw new AssertionError("there is no " + step + " of " + path);
            }
        }
        return (Map<String, Object>) here;
    }

    private static Object entry(List<Object> list, String which) {
        if (which.matches("[0-9]+")) {
            return list.get(Integer.parseInt(which));
        }
        return list.stream()
                .filter(entry -> entry instanceof Map<?, ?> block && which.equals(block.get("name")))
                .findFirst()
                .orElse(null);
    }
}
