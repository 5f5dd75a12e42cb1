/** File and environment to records; explains every problem at once. */
@CheckReturnValue
@NullMarked
package dev.fresnel.config;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
