/*
 * load: the client of the benchmark. One thread, one epoll, no dependencies; checks every answer.
 *
 *   load --port N --body FILE --seconds S [--rate R] [--connections C] [--max-requests M] [--key KEY] [--header "Name: value"]...
 *        [--length BYTES] [--expect TEXT]... [--frames F --stall-us U] [--refused STATUS] [--samples]
 *
 * Without --rate a closed loop: each connection sends its next request as soon as it has an answer, until S seconds are
 * over or M requests are sent. With --rate an open loop: request i is due at start + i/R whatever happened before; its
 * latency counts from that moment, so that waiting for a free connection is seen and not omitted. Either way the run ends
 * at S seconds plus at most 5 seconds for the last answers.
 *
 * An answer is right if its status is 200, its body has BYTES bytes (with --length) and contains every --expect TEXT. With
 * --frames it is an SSE stream that must hold content frames #0 .. #F-1 in order, each once, and end with [DONE]; every
 * frame must contain the expected texts. Each frame carries the time it was made, so its time on the way is known.
 *
 * With --refused an answer of that status is counted as refused, and is neither right nor an error: its connection goes on, or is
 * replaced where the answer says "Connection: close".
 *
 * Prints one JSON object. Exit status 0 also if answers were wrong: the caller reads "errors". 2: bad usage.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_CONNECTIONS = 1024,
    MAX_HEAD = 16 << 10,
    MAX_BODY = 4 << 20,
    MAX_EXPECTED = 4,
    MAX_ERRORS = 200,
    DRAIN_SECONDS = 5,
};

enum error { CONNECT, STATUS, LENGTH, CONTENT, FRAMES, DONE, FRAMING, CLOSED, TIMEOUT, ERROR_KINDS };
static const char *const ERROR_NAMES[] = {
    "connect", "status", "length", "content", "frames", "done", "framing", "closed", "timeout",
};

enum state { IDLE, SENDING, HEAD, BODY, UNUSABLE };
enum chunk { SIZE, DATA, DATA_END, TRAILER };

struct connection {
    int fd;
    enum state state;
    size_t sent;
    int64_t started;
    char head[MAX_HEAD + 1];
    size_t head_length;
    int status;
    int64_t left; /* bytes of the body still to come; -1: chunked */
    enum chunk chunk;
    int64_t chunk_left;
    char line[64];
    size_t line_length;
    char *body;
    size_t body_length, body_capacity, scanned;
    int frames;
    bool done, wrong, closing;
    int64_t last_frame;
};

struct samples {
    int64_t *at;
    size_t count, capacity;
};

static struct {
    int port, connections, frames, refused;
    double seconds, rate;
    long max_requests, length;
    int64_t stall;
    const char *expected[MAX_EXPECTED];
    int expected_count;
    const char *key;
    bool print_samples;
} options = {.connections = 64, .max_requests = 10000000, .length = -1, .key = "sk-bench"};

static struct connection *connections;
static int idle[MAX_CONNECTIONS], idle_head, idle_count;
static char *request;
static size_t request_length;
static int epoll, timer;
static int64_t start, deadline;
static long begun, right, refused, late, reconnects, stalls, errors[ERROR_KINDS], error_total, in_flight;
static char first_error[512];
static struct samples latencies, first_frames, transits;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "bad value");
    exit(2);
}

static void record(struct samples *s, int64_t value) {
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 4096;
        s->at = realloc(s->at, s->capacity * sizeof *s->at);
        if (!s->at) die("memory");
    }
    s->at[s->count++] = value;
}

static void open_connection(struct connection *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Blocking: on the loopback it takes microseconds, and it happens before the clock starts or after a failure. */
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *) &to, sizeof to)) {
        errors[CONNECT]++;
        error_total++;
        if (!*first_error) snprintf(first_error, sizeof first_error, "connect: %s", strerror(errno));
        if (c->fd >= 0) close(c->fd);
        c->state = UNUSABLE;
        return;
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET, {.u32 = (uint32_t) (c - connections)}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
    c->state = IDLE;
    idle[(idle_head + idle_count++) % MAX_CONNECTIONS] = (int) (c - connections);
}

/* The exchange on c is over, for better or worse; the connection is replaced if it cannot be used again. */
static void finish(struct connection *c, bool reusable) {
    in_flight--;
    if (reusable && !c->closing) {
        c->state = IDLE;
        idle[(idle_head + idle_count++) % MAX_CONNECTIONS] = (int) (c - connections);
        return;
    }
    close(c->fd);
    reconnects++;
    open_connection(c);
}

static void fail(struct connection *c, enum error kind, const char *detail) {
    errors[kind]++;
    error_total++;
    if (!*first_error) {
        snprintf(first_error, sizeof first_error, "%s: %s (status %d, %zu body bytes, %d frames)", ERROR_NAMES[kind], detail,
                c->status, c->body_length, c->frames);
    }
}

/* Counts the first thing that is wrong with an answer; the rest of it is still read. */
static void flaw(struct connection *c, enum error kind, const char *detail) {
    if (c->wrong) return;
    c->wrong = true;
    fail(c, kind, detail);
}

static void complete(struct connection *c) {
    int64_t now = now_ns();
    if (options.refused && c->status == options.refused) {
        refused++;
        finish(c, true);
        return;
    }
    if (c->status != 200) {
        c->body[c->body_length] = 0;
        flaw(c, STATUS, c->body_length ? c->body : "no body");
    }
    if (options.frames) {
        if (c->frames != options.frames) flaw(c, FRAMES, "frames are missing");
        if (!c->done) flaw(c, DONE, "no [DONE]");
    } else {
        if (options.length >= 0 && c->body_length != (size_t) options.length) flaw(c, LENGTH, "the body has another length");
        for (int i = 0; i < options.expected_count; i++) {
            const char *text = options.expected[i];
            if (!memmem(c->body, c->body_length, text, strlen(text))) flaw(c, CONTENT, text);
        }
    }
    if (!c->wrong) {
        right++;
        record(&latencies, now - c->started);
    }
    finish(c, true);
}

/* One SSE event, without its empty line. */
static void sse_event(struct connection *c, char *text, size_t length) {
    if (length == 0 || *text == ':') return;
    if (length == 12 && !memcmp(text, "data: [DONE]", 12)) {
        c->done = true;
        return;
    }
    char *content = memmem(text, length, "\"content\":\"#", 12);
    if (!content) return;
    int64_t now = now_ns();
    if (atoi(content + 12) != c->frames) flaw(c, FRAMES, "a frame is missing, doubled or out of order");
    for (int i = 0; i < options.expected_count; i++) {
        if (!memmem(text, length, options.expected[i], strlen(options.expected[i]))) flaw(c, CONTENT, options.expected[i]);
    }
    record(&transits, now - atoll(content + 12 + 6 + 2));
    if (c->frames == 0) record(&first_frames, now - c->started);
    else if (options.stall && now - c->last_frame > options.stall) stalls++;
    c->last_frame = now;
    c->frames++;
}

static bool body_bytes(struct connection *c, const char *data, size_t length) {
    if (c->body_length + length > MAX_BODY) return false;
    if (c->body_length + length + 1 > c->body_capacity) {
        c->body_capacity = (c->body_length + length + 1) * 2;
        c->body = realloc(c->body, c->body_capacity);
        if (!c->body) die("memory");
    }
    memcpy(c->body + c->body_length, data, length);
    c->body_length += length;
    if (!options.frames || c->status != 200) return true;
    char *end;
    while ((end = memmem(c->body + c->scanned, c->body_length - c->scanned, "\n\n", 2))) {
        sse_event(c, c->body + c->scanned, end - (c->body + c->scanned));
        c->scanned = end + 2 - c->body;
    }
    memmove(c->body, c->body + c->scanned, c->body_length - c->scanned);
    c->body_length -= c->scanned;
    c->scanned = 0;
    return true;
}

/* Takes bytes of a chunked body. 1: the body is complete; 0: more to come; -1: the framing is broken. */
static int chunked_bytes(struct connection *c, const char **data, const char *end) {
    while (*data < end) {
        if (c->chunk == DATA) {
            size_t n = end - *data;
            if ((int64_t) n > c->chunk_left) n = c->chunk_left;
            if (!body_bytes(c, *data, n)) return -1;
            *data += n;
            c->chunk_left -= n;
            if (c->chunk_left == 0) c->chunk = DATA_END;
            continue;
        }
        char byte = *(*data)++;
        if (byte != '\n') {
            if (c->line_length == sizeof c->line - 1) return -1;
            c->line[c->line_length++] = byte;
            continue;
        }
        if (c->line_length == 0 || c->line[c->line_length - 1] != '\r') return -1;
        c->line[--c->line_length] = 0;
        bool empty = c->line_length == 0;
        c->line_length = 0;
        if (c->chunk == DATA_END) {
            if (!empty) return -1;
            c->chunk = SIZE;
        } else if (c->chunk == SIZE) {
            char *stop;
            c->chunk_left = strtoll(c->line, &stop, 16);
            if (stop == c->line || c->chunk_left < 0) return -1;
            c->chunk = c->chunk_left ? DATA : TRAILER;
        } else if (empty) {
            return 1;
        }
    }
    return 0;
}

static bool read_head(struct connection *c) {
    c->head[c->head_length] = 0;
    if (sscanf(c->head, "HTTP/1.1 %d", &c->status) != 1) return false;
    const char *length = strcasestr(c->head, "\r\nContent-Length:");
    if (strcasestr(c->head, "\r\nTransfer-Encoding: chunked")) c->left = -1;
    else if (length) c->left = atoll(length + 17);
    else return false;
    c->closing = strcasestr(c->head, "\r\nConnection: close") != NULL;
    c->chunk = SIZE;
    c->line_length = c->body_length = c->scanned = 0;
    c->state = BODY;
    return true;
}

static void take(struct connection *c, const char *data, size_t length) {
    const char *end = data + length;
    if (c->state == HEAD) {
        size_t before = c->head_length;
        size_t n = length < MAX_HEAD - before ? length : MAX_HEAD - before;
        memcpy(c->head + before, data, n);
        c->head_length += n;
        char *stop = memmem(c->head, c->head_length, "\r\n\r\n", 4);
        if (!stop) {
            if (c->head_length == MAX_HEAD) {
                fail(c, FRAMING, "the head is too large");
                finish(c, false);
            }
            return;
        }
        c->head_length = stop + 4 - c->head;
        data += c->head_length - before;
        if (!read_head(c)) {
            fail(c, FRAMING, "the head has neither a length nor chunks");
            finish(c, false);
            return;
        }
    }
    bool over;
    if (c->left >= 0) {
        size_t n = end - data;
        if ((int64_t) n > c->left) n = c->left;
        over = !body_bytes(c, data, n);
        if (over) {
            fail(c, FRAMING, "the body is too large");
            finish(c, false);
            return;
        }
        data += n;
        c->left -= n;
        over = c->left == 0;
    } else {
        int result = chunked_bytes(c, &data, end);
        if (result < 0) {
            fail(c, FRAMING, "the chunks are broken");
            finish(c, false);
            return;
        }
        over = result == 1;
    }
    if (!over) return;
    if (data != end) {
        flaw(c, FRAMING, "bytes after the end of the answer");
        finish(c, false);
        return;
    }
    if (!body_bytes(c, "", 0)) die("body");
    complete(c);
}

static void send_more(struct connection *c) {
    while (c->state == SENDING) {
        ssize_t n = send(c->fd, request + c->sent, request_length - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) {
            fail(c, CLOSED, "while sending");
            finish(c, false);
            return;
        }
        c->sent += n;
        if (c->sent == request_length) c->state = HEAD;
    }
}

static void begin(int64_t due) {
    struct connection *c = &connections[idle[idle_head]];
    idle_head = (idle_head + 1) % MAX_CONNECTIONS;
    idle_count--;
    begun++;
    in_flight++;
    c->state = SENDING;
    c->sent = c->head_length = 0;
    c->status = c->frames = 0;
    c->body_length = 0;
    c->done = c->wrong = c->closing = false;
    c->started = due;
    send_more(c);
}

static void readable(struct connection *c) {
    static char input[256 << 10];
    for (;;) {
        if (c->state == UNUSABLE) return;
        ssize_t n = recv(c->fd, input, sizeof input, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            if (c->state == IDLE) {
                /* Allowed by HTTP: an idle connection may be closed. It stays in the ring of idle ones. */
                close(c->fd);
                reconnects++;
                for (int i = 0; i < idle_count; i++) {
                    int at = (idle_head + i) % MAX_CONNECTIONS;
                    if (idle[at] != c - connections) continue;
                    for (int j = i; j + 1 < idle_count; j++) {
                        idle[(idle_head + j) % MAX_CONNECTIONS] = idle[(idle_head + j + 1) % MAX_CONNECTIONS];
                    }
                    idle_count--;
                    break;
                }
                open_connection(c);
                return;
            }
            fail(c, CLOSED, "before the answer was complete");
            finish(c, false);
            return;
        }
        if (c->state == IDLE) {
            errno = 0;
            die("bytes on an idle connection");
        }
        if (c->state == SENDING) c->state = HEAD; /* an early answer, such as 413 */
        take(c, input, n);
    }
}

static void arm(int64_t at) {
    struct itimerspec when = {.it_value = {at / 1000000000, at % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Starts every request that is due and has a connection. Arms the timer for the next. */
static void start_due(void) {
    int64_t now = now_ns();
    if (now >= deadline || error_total > MAX_ERRORS) {
        arm(deadline + DRAIN_SECONDS * 1000000000LL);
        return;
    }
    if (options.rate == 0) {
        while (idle_count > 0 && begun < options.max_requests) begin(now_ns());
        arm(deadline);
        return;
    }
    double gap = 1e9 / options.rate;
    for (;;) {
        int64_t due = start + (int64_t) (gap * begun);
        if (due >= deadline || begun >= options.max_requests) {
            arm(deadline > now_ns() ? deadline : deadline + DRAIN_SECONDS * 1000000000LL);
            return;
        }
        if (due > now_ns()) {
            arm(due);
            return;
        }
        if (idle_count == 0) {
            arm(deadline);
            return;
        }
        if (now_ns() - due > 1000000) late++;
        begin(due);
    }
}

static bool over(void) {
    if (in_flight > 0) return false;
    bool no_more = now_ns() >= deadline || begun >= options.max_requests || error_total > MAX_ERRORS;
    if (options.rate > 0 && start + (int64_t) (1e9 / options.rate * begun) >= deadline) no_more = true;
    return no_more || (idle_count == 0);
}

static void run(void) {
    struct epoll_event events[256];
    for (;;) {
        start_due();
        if (over()) return;
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.u32 == UINT32_MAX) {
                uint64_t ticks;
                if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) die("timer");
                continue;
            }
            struct connection *c = &connections[events[i].data.u32];
            if (events[i].events & EPOLLOUT) send_more(c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
        }
        if (now_ns() >= deadline + DRAIN_SECONDS * 1000000000LL) {
            for (int i = 0; i < options.connections; i++) {
                struct connection *c = &connections[i];
                if (c->state == SENDING || c->state == HEAD || c->state == BODY) fail(c, TIMEOUT, "no complete answer in time");
            }
            return;
        }
    }
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
    return (x > y) - (x < y);
}

/* Nearest-rank percentile of sorted samples, in microseconds. */
static double percentile(const struct samples *s, double p) {
    size_t rank = (size_t) (p * s->count + 0.999999);
    return s->at[rank ? rank - 1 : 0] / 1000.0;
}

static void print_distribution(const char *name, struct samples *s) {
    if (s->count == 0) return;
    qsort(s->at, s->count, sizeof *s->at, ascending);
    printf(",\"%s\":{\"count\":%zu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f", name, s->count, percentile(s, 0.5),
            percentile(s, 0.9), percentile(s, 0.99), s->at[s->count - 1] / 1000.0);
    if (options.print_samples) {
        printf(",\"samples\":[");
        for (size_t i = 0; i < s->count; i++) printf("%s%.1f", i ? "," : "", s->at[i] / 1000.0);
        printf("]");
    }
    printf("}");
}

static void print_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char) *text < ' ') printf("\\u%04x", *text);
        else putchar(*text);
    }
    putchar('"');
}

static void build_request(const char *body_path, const char *headers) {
    FILE *file = fopen(body_path, "r");
    if (!file) die(body_path);
    char *body = malloc(MAX_BODY);
    if (!body) die("memory");
    size_t length = fread(body, 1, MAX_BODY, file);
    fclose(file);
    request = malloc(length + strlen(headers) + 1024);
    if (!request) die("memory");
    int head = sprintf(request,
            "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nAccept: %s\r\n"
            "User-Agent: fresnel-bench\r\nAuthorization: Bearer %s\r\n%sContent-Length: %zu\r\n\r\n",
            options.port, options.frames ? "text/event-stream" : "application/json", options.key, headers, length);
    memcpy(request + head, body, length);
    request_length = head + length;
    free(body);
}

static void parse_options(int argc, char **argv) {
    const char *body = NULL;
    static char headers[2048];
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (!strcmp(name, "--samples")) {
            options.print_samples = true;
            continue;
        }
        errno = 0;
        if (++i == argc) die(name);
        const char *value = argv[i];
        if (!strcmp(name, "--port")) options.port = atoi(value);
        else if (!strcmp(name, "--body")) body = value;
        else if (!strcmp(name, "--seconds")) options.seconds = atof(value);
        else if (!strcmp(name, "--rate")) options.rate = atof(value);
        else if (!strcmp(name, "--connections")) options.connections = atoi(value);
        else if (!strcmp(name, "--max-requests")) options.max_requests = atol(value);
        else if (!strcmp(name, "--length")) options.length = atol(value);
        else if (!strcmp(name, "--frames")) options.frames = atoi(value);
        else if (!strcmp(name, "--refused")) options.refused = atoi(value);
        else if (!strcmp(name, "--key") && strlen(value) < 512) options.key = value;
        else if (!strcmp(name, "--stall-us")) options.stall = atol(value) * 1000;
        else if (!strcmp(name, "--expect") && options.expected_count < MAX_EXPECTED) options.expected[options.expected_count++] = value;
        else if (!strcmp(name, "--header") && strlen(headers) + strlen(value) + 3 < sizeof headers) strcat(strcat(headers, value), "\r\n");
        else die(name);
    }
    errno = 0;
    if (options.port <= 0 || !body || options.seconds <= 0) die("--port, --body and --seconds are needed");
    if (options.connections < 1 || options.connections > MAX_CONNECTIONS) die("--connections is 1 to 1024");
    build_request(body, headers);
}

int main(int argc, char **argv) {
    parse_options(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1000);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {EPOLLIN, {.u32 = UINT32_MAX}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    connections = calloc(options.connections, sizeof *connections);
    if (!connections) die("memory");
    for (int i = 0; i < options.connections; i++) {
        if (!body_bytes(&connections[i], "", 0)) die("body");
        open_connection(&connections[i]);
    }
    start = now_ns();
    deadline = start + (int64_t) (options.seconds * 1e9);
    run();
    double took = (now_ns() - start) / 1e9;

    printf("{\"begun\":%ld,\"right\":%ld,\"refused\":%ld,\"seconds\":%.4f,\"late\":%ld,\"reconnects\":%ld,\"stalls\":%ld,\"error_total\":%ld,\"errors\":{",
            begun, right, refused, took, late, reconnects, stalls, error_total);
    const char *comma = "";
    for (int i = 0; i < ERROR_KINDS; i++) {
        if (!errors[i]) continue;
        printf("%s\"%s\":%ld", comma, ERROR_NAMES[i], errors[i]);
        comma = ",";
    }
    printf("},\"first_error\":");
    print_text(first_error);
    print_distribution("latency_us", &latencies);
    print_distribution("first_frame_us", &first_frames);
    print_distribution("transit_us", &transits);
    printf("}\n");
    return 0;
}
