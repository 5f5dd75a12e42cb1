/**
 * The admin listener: health, metrics, status, events, and what an operator may change, on a port of its own.
 *
 * <p>An {@link dev.fresnel.admin.Operation} is one row of a table: method, path, parameters, handler, and for a change the name of its
 * audit event. Rows come in {@link dev.fresnel.admin.OperationGroup}s, which {@code app.Gateway} lists. A new one also needs its words in
 * {@code admin/openapi.yaml} and a sample in {@code AdminWalkTest}; their tests say what is missing.
 */
@CheckReturnValue
@NullMarked
package dev.fresnel.admin;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
