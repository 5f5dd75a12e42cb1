package dev.fresnel.exchange;

/** The gateway's own reply headers. The upstream's never use these names: they are dropped from its replies. */
public final class ReplyHeaders {
    public static final String REQUEST_ID = "x-fresnel-request-id";
    public static final String DECISION = "x-fresnel-decision";
    public static final String REASON = "x-fresnel-reason";
    public static final String MODEL = "x-fresnel-model";
    public static final String LENS = "x-fresnel-lens";
    public static final String COST = "x-fresnel-cost-usd";
    public static final String SAVED = "x-fresnel-saved-usd";
    public static final String OVERHEAD = "x-fresnel-overhead-ms";
    public static final String CONFIG = "x-fresnel-config";
    public static final String TRACE = "x-fresnel-trace";

    private ReplyHeaders() {}
}
