/** Prices, costs, reservations and spend. Never reads HTTP. */
@CheckReturnValue
@NullMarked
package dev.fresnel.budget;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
