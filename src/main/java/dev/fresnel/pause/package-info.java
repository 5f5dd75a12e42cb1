/** The kill switch: delegation stopped and let go again at run time, for the gateway or for one tenant. */
@CheckReturnValue
@NullMarked
package dev.fresnel.pause;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
