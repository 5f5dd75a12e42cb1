/** The ports on an embedded key-value file. Holds no policy. */
@CheckReturnValue
@NullMarked
package dev.fresnel.store.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
