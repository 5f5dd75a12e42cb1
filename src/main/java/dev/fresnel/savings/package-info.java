/**
 * What delegation saved, and whether quality held, shown by experiment: conversations in the experiment, sums over them, and the statement with its
 * intervals. Pure but for the port {@link dev.fresnel.savings.StatementStore}.
 */
@NullMarked
@CheckReturnValue
package dev.fresnel.savings;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
