package dev.fresnel.admin;

import java.util.List;

/** Operations on one subject: a part of the admin API's table. */
public interface OperationGroup {
    /** Always the same; asked once, at the start. */
    List<Operation> operations();
}
