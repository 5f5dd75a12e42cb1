package dev.fresnel.kubernetes;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** One object of a manifest as it is written, before anybody has judged it. The tree may be changed. */
record Manifest(Map<String, Object> tree) {
    /** What the API server would take these for; nothing else is shipped. */
    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1 Namespace", V1Namespace.class,
            "v1 ConfigMap", V1ConfigMap.class,
            "v1 Secret", V1Secret.class,
            "v1 Service", V1Service.class,
            "apps/v1 Deployment", V1Deployment.class,
            "apps/v1 StatefulSet", V1StatefulSet.class,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget.class,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy.class);

    /** An object that the official client's model has no place for. */
    static final class NotStrict extends Exception {
        private static final long serialVersionUID = 1;

        NotStrict(String message) {
            super(message);
        }
    }

    @SuppressWarnings("unchecked")
    static List<Manifest> parse(String yaml) {
        List<Manifest> all = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml)) {
            all.add(new Manifest((Map<String, Object>) document));
        }
        return all;
    }

    /** Such as {@code Deployment/fresnel}. */
    String name() {
        Object metadata = tree.get("metadata");
        Object name = metadata instanceof Map<?, ?> fields ? fields.get("name") : null;
        return tree.get("kind") + "/" + name;
    }

    /** As the official client's class for its kind, which refuses unknown fields, missing ones and wrong types. */
    Object typed() throws NotStrict {
        String kind = tree.get("apiVersion") + " " + tree.get("kind");
        Class<?> type = KINDS.get(kind);
        if (type == null) {
            throw new NotStrict(name() + ": no object of kind '" + kind + "' is expected here");
        }
        try {
            return read(type);
        } catch (RuntimeException refused) {
            String message = message(refused);
            // The model quotes the fields that it misses or does not know; of a wrong type it tells the value alone.
            throw new NotStrict(name() + ": " + (message.contains("`") ? "" : culprit(tree, type) + ": ") + message);
        }
    }

    private Object read(Class<?> type) {
        return Objects.requireNonNull(JSON.getGson().fromJson(JSON.getGson().toJsonTree(tree), type));
    }

    /** Without the whole JSON, with which it ends. */
    private static String message(RuntimeException refused) {
        return String.valueOf(refused.getMessage())
                .replaceFirst("(?s)\\.? (?:in the JSON string:|JSON:|But got) .*|\\R.*", "");
    }

    /** The path of the first value in whose place one of another type would be taken; empty when that mends nothing. */
    private String culprit(Object within, Class<?> type) {
        if (within instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                String inner = culprit(list.get(i), type);
                if (!inner.isEmpty()) {
                    return "[" + i + "]" + inner;
                }
            }
        } else if (within instanceof Map<?, ?> fields) {
            @SuppressWarnings("unchecked")
            Map<String, Object> block = (Map<String, Object>) fields;
            for (String field : List.copyOf(block.keySet())) {
                Object value = block.get(field);
                String inner = culprit(value, type);
                boolean leaf = !(value instanceof Map || value instanceof List);
                boolean mended = leaf && (isRead(block, field, 1, type) || isRead(block, field, true, type));
                block.put(field, value);
                if (mended || !inner.isEmpty()) {
                    return "." + field + inner;
                }
            }
        }
        return "";
    }

    private boolean isRead(Map<String, Object> block, String field, Object value, Class<?> type) {
        block.put(field, value);
        try {
            return read(type) != null;
        } catch (RuntimeException stillRefused) {
            return false;
        }
    }
}
