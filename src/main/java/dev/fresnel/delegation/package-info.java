/** Whether and how a request is delegated: eligibility, features, rules, conversation pins. Never streams. */
@CheckReturnValue
@NullMarked
package dev.fresnel.delegation;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
