/*
 * mock: the model provider of the benchmark. One thread, one epoll, no dependencies.
 *
 *   mock --lens FILE [--fault KIND]
 *
 * Listens on a free port of 127.0.0.1, prints "port N" on stdout and serves until it is killed.
 *
 *   POST .../chat/completions   a chat completion of an exact size, or a paced SSE stream
 *   GET  .../stats              what was seen so far, as JSON
 *   GET  .../models             a model list
 *
 * The client chooses the answer with a member of the request body that gateways have to pass on untouched:
 *
 *   "x_mock":"reply=1000;"                 a body of exactly 1000 bytes
 *   "x_mock":"frames=64;gap_us=20000;"     64 content frames, one per 20 ms (gap_us=0: as fast as the socket takes them)
 *   "x_mock":"delay_us=100000;..."         either of them, and nothing of it before 100 ms are over, as if a model thought
 *
 * Every answer names the model that was asked for and, in system_fingerprint, whether the request carried the lens
 * ("fp_lens") or not ("fp_bare"), so that the load generator can tell a delegated answer from any other. A content frame
 * carries its number and the time it was made (CLOCK_MONOTONIC, ns): "#000007 @00000012345678901234".
 *
 * The model named bench-smart writes lenses: its answer's content is the file given by --lens.
 *
 * --fault KIND spoils every 50th answer and exists to prove that the load generator notices:
 * status, short, cut, lose-frame, double-frame, no-done, bare.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_REQUEST = 4 << 20,
    MAX_REPLY = 1 << 20,
    MAX_FD = 4096,
    /* The lens is spliced into the leading system message; looking further would only make the mock slower. */
    LENS_WINDOW = 16 << 10,
    FAULT_EVERY = 50,
};

static const char LENS_MARK[] = "BENCH-LENS";
static const char SMART_MODEL[] = "bench-smart";

struct buffer {
    char *data;
    size_t length, capacity;
};

struct connection {
    int fd;
    struct buffer in, out;
    size_t out_sent;
    bool blocked, close_when_sent;
    /* Stream in progress; frames_left is 0 when there is none. */
    int frames_left, next_frame;
    int64_t due, gap;
    /* Nothing is sent before this moment; 0: nothing is held back. */
    int64_t held_until;
    bool usage_wanted, lens_seen, faulty;
    char model[64];
};

static struct {
    long chats, lens_calls, with_lens, streams, rejected;
} stats;

static struct connection *connections[MAX_FD];
static int epoll, timer, highest_fd;
static char *lens_text;
static const char *fault = "";
static long answers;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "mock: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void reserve(struct buffer *b, size_t more) {
    if (b->length + more <= b->capacity) return;
    b->capacity = (b->length + more) * 2;
    b->data = realloc(b->data, b->capacity);
    if (!b->data) die("memory");
}

static void append(struct buffer *b, const char *data, size_t length) {
    reserve(b, length);
    memcpy(b->data + b->length, data, length);
    b->length += length;
}

__attribute__((format(printf, 2, 3))) static void appendf(struct buffer *b, const char *format, ...) {
    char text[2048];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0 || (size_t) length >= sizeof text) die("text too long");
    append(b, text, length);
}

static void drop(struct connection *c) {
    connections[c->fd] = NULL;
    close(c->fd);
    free(c->in.data);
    free(c->out.data);
    free(c);
}

static void watch(struct connection *c, uint32_t events) {
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &(struct epoll_event){events, {.fd = c->fd}});
}

/* Sends what is pending and not held back. False: the connection is gone. */
static bool flush(struct connection *c) {
    if (c->held_until) return true;
    while (c->out_sent < c->out.length) {
        ssize_t n = send(c->fd, c->out.data + c->out_sent, c->out.length - c->out_sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!c->blocked) watch(c, EPOLLIN | EPOLLOUT);
            c->blocked = true;
            return true;
        }
        if (n < 0) {
            drop(c);
            return false;
        }
        c->out_sent += n;
    }
    c->out.length = c->out_sent = 0;
    if (c->blocked) watch(c, EPOLLIN);
    c->blocked = false;
    if (c->close_when_sent) {
        drop(c);
        return false;
    }
    return true;
}

static void plain_reply(struct connection *c, const char *status, const char *body, size_t length) {
    appendf(&c->out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status, length);
    append(&c->out, body, length);
}

static void refuse(struct connection *c, const char *status, const char *why) {
    char body[256];
    stats.rejected++;
    int length = snprintf(body, sizeof body, "{\"error\":{\"message\":\"mock: %s\",\"type\":\"invalid_request_error\"}}", why);
    plain_reply(c, status, body, length);
}

static const char *fingerprint(const struct connection *c) {
    return c->lens_seen && !(c->faulty && !strcmp(fault, "bare")) ? "fp_lens" : "fp_bare";
}

/* A completion whose body has exactly `size` bytes: its content is padded with words. */
static void completion(struct connection *c, size_t size) {
    static const char FILLER[] = "the answer of a model is made of words like these and of commas, full stops and little else; ";
    static char body[MAX_REPLY + 1024];
    char tail[256];
    int tail_length = snprintf(tail, sizeof tail,
            "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":180,"
            "\"total_tokens\":380,\"prompt_tokens_details\":{\"cached_tokens\":0}}}");
    size_t length = snprintf(body, 1024,
            "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"%s\","
            "\"system_fingerprint\":\"%s\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"",
            c->model, fingerprint(c));
    while (length + tail_length < size) {
        size_t room = size - length - tail_length;
        size_t step = room < sizeof FILLER - 1 ? room : sizeof FILLER - 1;
        memcpy(body + length, FILLER, step);
        length += step;
    }
    memcpy(body + length, tail, tail_length);
    length += tail_length;
    if (c->faulty && !strcmp(fault, "status")) {
        plain_reply(c, "500 Internal Server Error", body, length);
        return;
    }
    if (c->faulty && !strcmp(fault, "short")) length -= 7;
    plain_reply(c, "200 OK", body, length);
    if (c->faulty && !strcmp(fault, "cut")) {
        c->out.length -= 100;
        c->close_when_sent = true;
    }
}

static void lens_completion(struct connection *c) {
    struct buffer body = {0};
    appendf(&body,
            "{\"id\":\"chatcmpl-lens\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"%s\","
            "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"",
            c->model);
    for (const char *p = lens_text; *p; p++) {
        if (*p == '"' || *p == '\\') append(&body, "\\", 1);
        if (*p == '\n') append(&body, "\\n", 2);
        else append(&body, p, 1);
    }
    appendf(&body,
            "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":300,\"total_tokens\":1200}}");
    plain_reply(c, "200 OK", body.data, body.length);
    free(body.data);
}

/* One SSE event as one HTTP chunk. */
__attribute__((format(printf, 2, 3))) static void event(struct connection *c, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    appendf(&c->out, "%x\r\n%s\r\n", length, text);
}

static void delta(struct connection *c, const char *delta, const char *finish) {
    event(c,
            "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"%s\","
            "\"system_fingerprint\":\"%s\",\"choices\":[{\"index\":0,\"delta\":%s,\"logprobs\":null,\"finish_reason\":%s}]}\n\n",
            c->model, fingerprint(c), delta, finish);
}

static void end_stream(struct connection *c) {
    delta(c, "{}", "\"stop\"");
    if (c->usage_wanted) {
        event(c,
                "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"%s\","
                "\"choices\":[],\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":64,\"total_tokens\":264}}\n\n",
                c->model);
    }
    if (!(c->faulty && !strcmp(fault, "no-done"))) event(c, "data: [DONE]\n\n");
    append(&c->out, "0\r\n\r\n", 5);
}

/* Writes the next frame and schedules the one after it. False: the connection is gone. */
static bool next_frame(struct connection *c) {
    char text[96];
    bool odd = c->faulty && c->frames_left == 5;
    snprintf(text, sizeof text, "{\"content\":\"#%06d @%020lld some words\"}", c->next_frame, (long long) now_ns());
    if (!(odd && !strcmp(fault, "lose-frame"))) delta(c, text, "null");
    if (odd && !strcmp(fault, "double-frame")) delta(c, text, "null");
    c->next_frame++;
    c->frames_left--;
    c->due += c->gap;
    if (c->frames_left == 0) end_stream(c);
    if (odd && !strcmp(fault, "cut")) {
        c->close_when_sent = true;
        c->frames_left = 0;
    }
    return flush(c);
}

static void begin_stream(struct connection *c, int frames, int64_t gap_us, int64_t delay_us) {
    stats.streams++;
    appendf(&c->out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            "Transfer-Encoding: chunked\r\n\r\n");
    delta(c, "{\"role\":\"assistant\",\"content\":\"\"}", "null");
    c->frames_left = frames;
    c->next_frame = 0;
    c->gap = gap_us * 1000;
    c->due = now_ns() + delay_us * 1000;
}

/* The number after `name=` in the body's x_mock member, or `otherwise`. */
static long option(const char *options, const char *name, long otherwise) {
    const char *end = options ? strchr(options, '"') : NULL;
    const char *at = options ? strstr(options, name) : NULL;
    return at && at < end ? atol(at + strlen(name)) : otherwise;
}

static void chat(struct connection *c, const char *body, size_t length) {
    static const char MODEL[] = "\"model\":\"", MOCK[] = "\"x_mock\":\"";
    size_t window = length < LENS_WINDOW ? length : LENS_WINDOW;
    const char *model = memmem(body, length, MODEL, sizeof MODEL - 1);
    if (!model) {
        refuse(c, "400 Bad Request", "no model in the body");
        return;
    }
    sscanf(model + sizeof MODEL - 1, "%63[^\"]", c->model);
    if (!strcmp(c->model, SMART_MODEL)) {
        stats.lens_calls++;
        lens_completion(c);
        return;
    }
    stats.chats++;
    c->faulty = *fault && ++answers % FAULT_EVERY == 0;
    c->lens_seen = memmem(body, window, LENS_MARK, sizeof LENS_MARK - 1) != NULL;
    stats.with_lens += c->lens_seen;
    const char *options = memmem(body, window, MOCK, sizeof MOCK - 1);
    if (options) options += sizeof MOCK - 1;
    long frames = option(options, "frames=", 0), delay_us = option(options, "delay_us=", 0);
    if (delay_us > 0) c->held_until = now_ns() + delay_us * 1000;
    if (frames > 0) {
        c->usage_wanted = memmem(body, length, "\"include_usage\":true", 20) != NULL;
        begin_stream(c, (int) frames, option(options, "gap_us=", 0), delay_us);
        return;
    }
    long reply = option(options, "reply=", 1000);
    completion(c, reply > MAX_REPLY ? MAX_REPLY : reply);
}

static void answer(struct connection *c, const char *head, const char *body, size_t length) {
    const char *line_end = strstr(head, "\r\n");
    size_t line = line_end - head;
    if (memmem(head, line, "/chat/completions ", 18)) {
        chat(c, body, length);
    } else if (memmem(head, line, "/models ", 8)) {
        static const char MODELS[] = "{\"object\":\"list\",\"data\":[{\"id\":\"bench-small\",\"object\":\"model\"}]}";
        plain_reply(c, "200 OK", MODELS, sizeof MODELS - 1);
    } else if (memmem(head, line, "/stats ", 7)) {
        char text[256];
        int size = snprintf(text, sizeof text,
                "{\"chats\":%ld,\"lens_calls\":%ld,\"with_lens\":%ld,\"streams\":%ld,\"rejected\":%ld}",
                stats.chats, stats.lens_calls, stats.with_lens, stats.streams, stats.rejected);
        plain_reply(c, "200 OK", text, size);
    } else {
        refuse(c, "404 Not Found", "no such path");
    }
}

/* Answers the request at the start of the buffer if it is complete. True: it was, look again. False: wait, or gone. */
static bool take_request(struct connection *c) {
    if (c->frames_left > 0 || c->held_until || c->in.length == 0) return false;
    reserve(&c->in, 1);
    c->in.data[c->in.length] = 0;
    char *head_end = memmem(c->in.data, c->in.length, "\r\n\r\n", 4);
    if (!head_end) return false;
    size_t head = head_end + 4 - c->in.data, body = 0;
    *head_end = 0;
    char *field = strcasestr(c->in.data, "\r\nContent-Length:");
    bool chunked = strcasestr(c->in.data, "\r\nTransfer-Encoding:") != NULL;
    bool expects = strcasestr(c->in.data, "\r\nExpect: 100") != NULL;
    if (field) body = strtoul(field + 17, NULL, 10);
    *head_end = '\r';
    if (chunked || expects || body > MAX_REQUEST) {
        refuse(c, "411 Length Required", "send a Content-Length of at most 4 MiB, and no Expect");
        c->close_when_sent = true;
        flush(c);
        return false;
    }
    if (c->in.length < head + body) {
        reserve(&c->in, head + body + 1 - c->in.length);
        return false;
    }
    char after = c->in.data[head + body];
    c->in.data[head + body] = 0;
    answer(c, c->in.data, c->in.data + head, body);
    c->in.data[head + body] = after;
    c->in.length -= head + body;
    memmove(c->in.data, c->in.data + head + body, c->in.length);
    if (!flush(c)) return false;
    while (c->frames_left > 0 && c->gap == 0) {
        if (!next_frame(c)) return false;
    }
    return true;
}

static void readable(struct connection *c) {
    reserve(&c->in, 64 << 10);
    ssize_t n = recv(c->fd, c->in.data + c->in.length, c->in.capacity - c->in.length - 1, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        drop(c);
        return;
    }
    c->in.length += n;
    int fd = c->fd;
    while (connections[fd] == c && take_request(c)) {}
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct connection *c = calloc(1, sizeof *c);
        if (!c) die("memory");
        c->fd = fd;
        connections[fd] = c;
        if (fd > highest_fd) highest_fd = fd;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.fd = fd}});
    }
}

static bool waits_for_time(const struct connection *c) {
    return c->frames_left > 0 || c->held_until;
}

/* Sends what was held back until now. False: the connection is gone. */
static bool let_go(struct connection *c) {
    c->held_until = 0;
    int fd = c->fd;
    if (!flush(c)) return false;
    while (connections[fd] == c && take_request(c)) {}
    return connections[fd] == c;
}

/* Writes everything that is due and arms the timer for the earliest that is not. */
static void pace(void) {
    int64_t now = now_ns(), earliest = INT64_MAX;
    for (int fd = 0; fd <= highest_fd; fd++) {
        struct connection *c = connections[fd];
        if (!c) continue;
        bool alive = !(c->held_until && c->held_until <= now) || let_go(c);
        while (alive && c->frames_left > 0 && c->due <= now) {
            alive = next_frame(c);
            if (alive && c->frames_left == 0) {
                while (connections[fd] == c && take_request(c)) {}
                alive = connections[fd] == c;
            }
        }
        if (alive && c->held_until && c->held_until < earliest) earliest = c->held_until;
        if (alive && c->frames_left > 0 && c->due < earliest) earliest = c->due;
    }
    struct itimerspec at = {0};
    if (earliest != INT64_MAX) {
        at.it_value.tv_sec = earliest / 1000000000;
        at.it_value.tv_nsec = earliest % 1000000000;
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    static char text[64 << 10];
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = 0;
    fclose(file);
    return text;
}

int main(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--lens")) lens_text = read_file(argv[i + 1]);
        else if (!strcmp(argv[i], "--fault")) fault = argv[i + 1];
        else die(argv[i]);
    }
    if (!lens_text) {
        fprintf(stderr, "usage: mock --lens FILE [--fault KIND]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 1024)) die("listen");
    getsockname(listener, (struct sockaddr *) &address, &size);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);

    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &(struct epoll_event){EPOLLIN, {.fd = listener}});
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &(struct epoll_event){EPOLLIN, {.fd = timer}});
    struct epoll_event events[256];
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        bool timed = false;
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_all(listener);
                continue;
            }
            if (fd == timer) {
                uint64_t ticks;
                if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) die("timer");
                timed = true;
                continue;
            }
            struct connection *c = connections[fd];
            if (!c) continue;
            if ((events[i].events & EPOLLOUT) && !flush(c)) continue;
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
            if (connections[fd] && waits_for_time(connections[fd])) timed = true;
        }
        if (timed) pace();
    }
}
