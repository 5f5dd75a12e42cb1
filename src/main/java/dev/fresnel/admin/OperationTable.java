package dev.fresnel.admin;

import io.vertx.core.http.HttpMethod;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Every operation of the admin listener, in the order of its groups. Immutable. */
public final class OperationTable {
    private final List<Operation> operations;

    /** @throws IllegalArgumentException when two operations are the same, which is a bug of ours */
    public OperationTable(List<OperationGroup> groups) {
        operations =
                groups.stream().flatMap(group -> group.operations().stream()).toList();
        Set<String> seen = new HashSet<>();
        for (Operation operation : operations) {
            if (!seen.add(operation.method() + " " + operation.path())) {
                throw new IllegalArgumentException(operation.method() + " " + operation.path() + " is there twice");
            }
        }
    }

    public List<Operation> operations() {
        return operations;
    }

    /** Each path once, as OpenAPI writes it. */
    List<String> paths() {
        return operations.stream().map(Operation::path).distinct().toList();
    }

    /** The methods of a path, as an {@code Allow} header names them. */
    String allowed(String path) {
        return operations.stream()
                .filter(operation -> operation.path().equals(path))
                .map(Operation::method)
                .map(HttpMethod::name)
                .collect(Collectors.joining(", "));
    }
}
