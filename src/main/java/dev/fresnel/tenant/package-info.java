/** Tenants, their keys and their routes. Knows no prices. */
@CheckReturnValue
@NullMarked
package dev.fresnel.tenant;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
