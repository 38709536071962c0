/*
 * The pipe protocol of cnn-oracle, version 1, for programs in C99: see audit/PIPE.md. Needs libc alone.
 *
 *   static void relu(cnn_oracle_call *call) {
 *     const cnn_oracle_tensor *x = cnn_oracle_operand(call, "x");
 *     cnn_oracle_tensor *y = cnn_oracle_result(call, x->rank, x->shape);
 *     if (!y) return;
 *     for (size_t i = 0; i < x->size; i++) y->f32[i] = x->f32[i] < 0 ? 0 : x->f32[i];
 *   }
 *   int main(void) {
 *     const cnn_oracle_operator mine[] = {{"relu", relu}};
 *     return cnn_oracle_serve("mine", "1.0", CNN_ORACLE_FLOAT32, mine, 1);
 *   }
 *
 * An operator reads operands and attributes by name and fills the result, or says why not by cnn_oracle_unsupported or
 * cnn_oracle_fail. What is missing (an operand that was not sent) is NULL; asking for a wrong attribute fails the call.
 * A line that is no request is answered by an error and nothing else happens. Print to stderr: stdout is the protocol's.
 */
#ifndef CNN_ORACLE_H
#define CNN_ORACLE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CNN_ORACLE_RANK 8
#define CNN_ORACLE_OPERANDS 8
#define CNN_ORACLE_DEPTH 32

typedef enum { CNN_ORACLE_FLOAT32, CNN_ORACLE_FLOAT64 } cnn_oracle_type;

/* Row-major, the last axis fastest. One of f32 and f64 is there, by the type. */
typedef struct {
  const char *name;
  cnn_oracle_type type;
  size_t rank, shape[CNN_ORACLE_RANK], size;
  float *f32;
  double *f64;
} cnn_oracle_tensor;

/* A value of JSON: text is a string, an array or an object keeps its children in a list. */
typedef struct {
  char kind; /* '{' '[' '"' '0' 't' 'f' 'n' */
  char *key, *text;
  double number;
  int child, next;
} cnn_oracle_json;

typedef struct {
  cnn_oracle_json *nodes;
  int count, room, attributes;
  cnn_oracle_tensor operands[CNN_ORACLE_OPERANDS], result;
  size_t operand_count;
  cnn_oracle_type precision;
  int has_result, refused; /* 1 unsupported, 2 error */
  char message[256];
} cnn_oracle_call;

typedef struct {
  const char *name;
  void (*run)(cnn_oracle_call *call);
} cnn_oracle_operator;

/* ---- what an operator may call ---- */
static inline void cnn_oracle_refuse(cnn_oracle_call *call, int how, const char *message) {
  if (call->refused) return; /* the first reason is the one that counts */
  call->refused = how;
  strncpy(call->message, message, sizeof call->message - 1);
  call->message[sizeof call->message - 1] = 0;
}
/* A combination that is not offered: never counted as wrong. */
static inline void cnn_oracle_unsupported(cnn_oracle_call *call, const char *message) { cnn_oracle_refuse(call, 1, message); }
/* The call failed. */
static inline void cnn_oracle_fail(cnn_oracle_call *call, const char *message) { cnn_oracle_refuse(call, 2, message); }

/* NULL where it was not sent, as an absent bias. */
static inline const cnn_oracle_tensor *cnn_oracle_operand(const cnn_oracle_call *call, const char *name) {
  for (size_t i = 0; i < call->operand_count; i++)
    if (!strcmp(call->operands[i].name, name)) return &call->operands[i];
  return NULL;
}

static inline const cnn_oracle_json *cnn_oracle_member(const cnn_oracle_call *call, int of, const char *key) {
  if (of < 0 || call->nodes[of].kind != '{') return NULL;
  for (int i = call->nodes[of].child; i >= 0; i = call->nodes[i].next)
    if (!strcmp(call->nodes[i].key, key)) return &call->nodes[i];
  return NULL;
}

static inline long cnn_oracle_whole(cnn_oracle_call *call, const cnn_oracle_json *value, const char *name) {
  if (value && value->kind == '0' && value->number >= -2147483647.0 && value->number <= 2147483647.0 &&
      value->number == (double)(long)value->number)
    return (long)value->number;
  char message[128];
  snprintf(message, sizeof message, "%.60s is missing or no whole number", name);
  cnn_oracle_fail(call, message);
  return 1; /* 1 and not 0: who divides by it before looking does not crash */
}
/* A whole number: groups. */
static inline long cnn_oracle_int(cnn_oracle_call *call, const char *name) {
  return cnn_oracle_whole(call, cnn_oracle_member(call, call->attributes, name), name);
}
/* So many whole numbers: stride, padding. */
static inline void cnn_oracle_ints(cnn_oracle_call *call, const char *name, long *values, size_t count) {
  const cnn_oracle_json *list = cnn_oracle_member(call, call->attributes, name);
  int at = list && list->kind == '[' ? list->child : -1;
  for (size_t i = 0; i < count; i++) {
    values[i] = cnn_oracle_whole(call, at >= 0 ? &call->nodes[at] : NULL, name);
    at = at >= 0 ? call->nodes[at].next : -1;
  }
}
/* true or false: ceilMode. */
static inline int cnn_oracle_flag(cnn_oracle_call *call, const char *name) {
  const cnn_oracle_json *value = cnn_oracle_member(call, call->attributes, name);
  if (!value || (value->kind != 't' && value->kind != 'f')) cnn_oracle_fail(call, "a flag is missing");
  return value && value->kind == 't';
}
/* A text: mode. */
static inline const char *cnn_oracle_text(cnn_oracle_call *call, const char *name) {
  const cnn_oracle_json *value = cnn_oracle_member(call, call->attributes, name);
  if (value && value->kind == '"') return value->text;
  cnn_oracle_fail(call, "a text is missing");
  return "";
}

static inline int cnn_oracle_allocate(cnn_oracle_tensor *t) {
  t->size = 1;
  for (size_t i = 0; i < t->rank; i++) {
    if (t->shape[i] && t->size > ((size_t)1 << 28) / t->shape[i]) return 0;
    t->size *= t->shape[i];
  }
  t->f32 = t->type == CNN_ORACLE_FLOAT32 ? (float *)calloc(t->size + 1, sizeof(float)) : NULL;
  t->f64 = t->type == CNN_ORACLE_FLOAT64 ? (double *)calloc(t->size + 1, sizeof(double)) : NULL;
  return t->f32 || t->f64;
}

/* The result, all zero, in the declared precision; NULL where the call failed already or there is no memory. */
static inline cnn_oracle_tensor *cnn_oracle_result(cnn_oracle_call *call, size_t rank, const size_t *shape) {
  if (call->refused || call->has_result || rank > CNN_ORACLE_RANK) return NULL;
  call->result.type = call->precision;
  call->result.rank = rank;
  for (size_t i = 0; i < rank; i++) call->result.shape[i] = shape[i];
  call->has_result = cnn_oracle_allocate(&call->result);
  if (!call->has_result) cnn_oracle_fail(call, "no memory for the result");
  return call->has_result ? &call->result : NULL;
}

/* ---- JSON, RFC 8259 ---- */
static inline int cnn_oracle_node(cnn_oracle_call *call) {
  if (call->count == call->room) {
    int room = call->room ? 2 * call->room : 64;
    cnn_oracle_json *nodes = (cnn_oracle_json *)realloc(call->nodes, (size_t)room * sizeof *nodes);
    if (!nodes) return -1;
    call->nodes = nodes;
    call->room = room;
  }
  memset(&call->nodes[call->count], 0, sizeof *call->nodes);
  call->nodes[call->count].child = call->nodes[call->count].next = -1;
  return call->count++;
}

static inline void cnn_oracle_space(char **at) { *at += strspn(*at, " \t\r\n"); }

/* Behind the opening quote; unescapes in place, which never makes a text longer. NULL where it does not end. */
static inline char *cnn_oracle_string(char **at) {
  char *start = *at, *out = *at, *in = *at;
  for (; *in != '"'; in++) {
    if ((unsigned char)*in < 0x20) return NULL; /* the 0 at the end as well */
    if (*in != '\\') { *out++ = *in; continue; }
    const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t", *found = in[1] ? strchr(from, in[1]) : NULL;
    in++;
    if (found) { *out++ = to[found - from]; continue; }
    if (*in != 'u') return NULL;
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
      const char *hex = "0123456789abcdefABCDEF", *digit = *++in ? strchr(hex, *in) : NULL;
      if (!digit) return NULL;
      code = 16 * code + (unsigned)(digit - hex) - (digit - hex > 15 ? 6 : 0);
    }
    /* Names and modes are ASCII: a surrogate or a 0 has no meaning here. */
    if (code == 0 || (code >= 0xd800 && code <= 0xdfff)) code = '?';
    if (code < 0x80) *out++ = (char)code;
    else if (code < 0x800) { *out++ = (char)(0xc0 | code >> 6); *out++ = (char)(0x80 | (code & 63)); }
    else { *out++ = (char)(0xe0 | code >> 12); *out++ = (char)(0x80 | (code >> 6 & 63)); *out++ = (char)(0x80 | (code & 63)); }
  }
  *at = in + 1;
  *out = 0;
  return start;
}

static inline size_t cnn_oracle_count(const char *c) { return strspn(c, "0123456789"); }
static inline int cnn_oracle_number(char **at, double *number) {
  char *c = *at + (**at == '-');
  size_t whole = cnn_oracle_count(c), part = 1;
  if (!whole || (*c == '0' && whole > 1)) return 0;
  c += whole;
  if (*c == '.') c += 1 + (part = cnn_oracle_count(c + 1));
  if (part && (*c == 'e' || *c == 'E')) {
    c += c[1] == '+' || c[1] == '-' ? 2 : 1;
    c += part = cnn_oracle_count(c);
  }
  if (!part) return 0;
  *number = strtod(*at, NULL);
  *at = c;
  return 1;
}

/* The index of the value's node, or -1 where it is malformed. Nodes may move: they are named by index. */
static inline int cnn_oracle_value(cnn_oracle_call *call, char **at, int depth) {
  cnn_oracle_space(at);
  int node = depth < CNN_ORACLE_DEPTH ? cnn_oracle_node(call) : -1, last = -1;
  if (node < 0) return -1;
  char kind = **at, close = kind == '{' ? '}' : ']';
  if (kind == '"') {
    ++*at;
    call->nodes[node].kind = '"';
    call->nodes[node].text = cnn_oracle_string(at);
    return call->nodes[node].text ? node : -1;
  }
  if (kind != '{' && kind != '[') {
    const char *word = kind == 't' ? "true" : kind == 'f' ? "false" : kind == 'n' ? "null" : NULL;
    call->nodes[node].kind = word ? kind : '0';
    if (!word) return cnn_oracle_number(at, &call->nodes[node].number) ? node : -1;
    if (strncmp(*at, word, strlen(word))) return -1;
    *at += strlen(word);
    return node;
  }
  call->nodes[node].kind = kind;
  ++*at;
  cnn_oracle_space(at);
  if (**at == close) { ++*at; return node; }
  for (;;) {
    char *key = NULL;
    if (kind == '{') {
      cnn_oracle_space(at);
      if (**at != '"') return -1;
      ++*at;
      if (!(key = cnn_oracle_string(at))) return -1;
      cnn_oracle_space(at);
      if (*(*at)++ != ':') return -1;
    }
    int child = cnn_oracle_value(call, at, depth + 1);
    if (child < 0) return -1;
    call->nodes[child].key = key;
    if (last < 0) call->nodes[node].child = child;
    else call->nodes[last].next = child;
    last = child;
    cnn_oracle_space(at);
    if (**at == close) { ++*at; return node; }
    if (**at != ',') return -1;
    ++*at;
  }
}

/* ---- tensors on the wire ---- */
static const char cnn_oracle_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static inline uint64_t cnn_oracle_bits(const cnn_oracle_tensor *t, size_t i) {
  uint32_t half = 0;
  uint64_t bits = 0;
  if (t->f32) memcpy(&half, &t->f32[i], 4);
  else memcpy(&bits, &t->f64[i], 8);
  return t->f32 ? half : bits;
}

/* Fills the tensor; 0 where the text is no base64 of exactly its bytes. Bytes are little-endian whatever this machine is. */
static inline int cnn_oracle_decode(cnn_oracle_tensor *t, const char *text) {
  size_t width = t->f32 ? 4 : 8, bytes = t->size * width, length = strlen(text), done = 0;
  uint64_t bits = 0;
  if (length != (bytes + 2) / 3 * 4) return 0;
  for (size_t i = 0; i < length; i += 4) {
    uint32_t group = 0;
    for (size_t j = 0; j < 4; j++) {
      const char *digit = strchr(cnn_oracle_digits, text[i + j]);
      int pads = i + 4 == length && 4 - j <= (3 - bytes % 3) % 3;
      if (pads ? text[i + j] != '=' : !digit) return 0;
      group = group << 6 | (pads ? 0 : (uint32_t)(digit - cnn_oracle_digits));
    }
    for (int shift = 16; shift >= 0 && done < bytes; shift -= 8, done++) {
      bits |= (uint64_t)(group >> shift & 255) << 8 * (done % width);
      if (done % width == width - 1) {
        uint32_t half = (uint32_t)bits;
        memcpy(t->f32 ? (void *)&t->f32[done / width] : (void *)&t->f64[done / width], t->f32 ? (void *)&half : (void *)&bits, width);
        bits = 0;
      }
    }
  }
  return 1;
}

static inline void cnn_oracle_print(const cnn_oracle_tensor *t) {
  size_t width = t->f32 ? 4 : 8, bytes = t->size * width;
  printf("{\"shape\":[");
  for (size_t i = 0; i < t->rank; i++) printf("%s%lu", i ? "," : "", (unsigned long)t->shape[i]);
  printf("],\"type\":\"%s\",\"data\":\"", t->f32 ? "float32" : "float64");
  for (size_t at = 0; at < bytes; at += 3) {
    uint32_t group = 0;
    for (size_t i = at; i < at + 3; i++)
      group = group << 8 | (i < bytes ? (uint32_t)(cnn_oracle_bits(t, i / width) >> 8 * (i % width) & 255) : 0);
    for (int i = 0; i < 4; i++) putchar(at + (size_t)i > bytes ? '=' : cnn_oracle_digits[group >> (18 - 6 * i) & 63]);
  }
  printf("\"}");
}

/* ---- requests ---- */
static inline void cnn_oracle_quote(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    if ((unsigned char)*text >= 0x20) putchar(*text);
  }
  putchar('"');
}

static inline int cnn_oracle_read_operand(cnn_oracle_call *call, int node) {
  const cnn_oracle_json *shape = cnn_oracle_member(call, node, "shape"), *type = cnn_oracle_member(call, node, "type"),
                        *data = cnn_oracle_member(call, node, "data");
  if (!shape || !type || !data || shape->kind != '[' || type->kind != '"' || data->kind != '"' ||
      call->operand_count == CNN_ORACLE_OPERANDS) return 0;
  cnn_oracle_tensor *t = &call->operands[call->operand_count++];
  t->name = call->nodes[node].key;
  if (strcmp(type->text, "float32") && strcmp(type->text, "float64")) return 0;
  t->type = strcmp(type->text, "float32") ? CNN_ORACLE_FLOAT64 : CNN_ORACLE_FLOAT32;
  for (int i = shape->child; i >= 0; i = call->nodes[i].next) {
    long extent = cnn_oracle_whole(call, &call->nodes[i], "shape");
    if (call->refused || extent < 0 || t->rank == CNN_ORACLE_RANK) return 0;
    t->shape[t->rank++] = (size_t)extent;
  }
  return t->type == call->precision && cnn_oracle_allocate(t) && cnn_oracle_decode(t, data->text);
}

/* Fills the call and returns the operator, or says why there is none. */
static inline const cnn_oracle_operator *cnn_oracle_request(
    cnn_oracle_call *call, char *line, long *id, const cnn_oracle_operator *operators, size_t count) {
  char *at = line;
  int root = cnn_oracle_value(call, &at, 0);
  if (root >= 0) cnn_oracle_space(&at);
  if (root < 0 || *at || call->nodes[root].kind != '{') { cnn_oracle_fail(call, "the line is no JSON object"); return NULL; }
  *id = cnn_oracle_whole(call, cnn_oracle_member(call, root, "id"), "id");
  if (call->refused) { *id = 0; return NULL; }
  const cnn_oracle_json *name = cnn_oracle_member(call, root, "operator"), *operands = cnn_oracle_member(call, root, "operands"),
                        *attributes = cnn_oracle_member(call, root, "attributes");
  int whole = name && name->kind == '"' && operands && operands->kind == '{' && attributes && attributes->kind == '{';
  if (!whole) { cnn_oracle_fail(call, "a request has operator, operands and attributes"); return NULL; }
  call->attributes = (int)(attributes - call->nodes);
  for (int i = operands->child; i >= 0; i = call->nodes[i].next)
    if (!cnn_oracle_read_operand(call, i)) { cnn_oracle_fail(call, "an operand is off: shape, type or data"); return NULL; }
  for (size_t i = 0; i < count; i++)
    if (!strcmp(operators[i].name, name->text)) return &operators[i];
  cnn_oracle_fail(call, "this operator is not offered");
  return NULL;
}

static inline void cnn_oracle_answer(
    char *line, cnn_oracle_type precision, const cnn_oracle_operator *operators, size_t count) {
  cnn_oracle_call call = {.precision = precision, .attributes = -1};
  long id = 0;
  const cnn_oracle_operator *operator_ = cnn_oracle_request(&call, line, &id, operators, count);
  if (operator_) operator_->run(&call);
  if (!call.has_result && !call.refused) cnn_oracle_fail(&call, "the operator gave no result");
  printf("{\"id\":%ld,\"%s\":", id, call.refused == 1 ? "unsupported" : call.refused ? "error" : "result");
  if (call.refused) cnn_oracle_quote(call.message);
  else cnn_oracle_print(&call.result);
  printf("}\n"), fflush(stdout);
  for (size_t i = 0; i < call.operand_count; i++) { free(call.operands[i].f32); free(call.operands[i].f64); }
  free(call.result.f32), free(call.result.f64), free(call.nodes);
}

/* A line without its newline, or NULL at the end of the input. A 0 within makes it malformed, as it should be. */
static inline char *cnn_oracle_line(void) {
  size_t length = 0, room = 4096;
  char *line = (char *)malloc(room);
  int c = EOF;
  while (line && (c = getchar()) != EOF && c != '\n') {
    line[length++] = (char)c;
    if (length < room) continue;
    char *longer = (char *)realloc(line, room *= 2);
    if (!longer) free(line);
    line = longer;
  }
  if (line && c == EOF) { free(line); return NULL; }
  if (line) line[length] = 0;
  return line;
}

/* Says hello and answers requests until the input ends. Returns what main should return. */
static inline int cnn_oracle_serve(
    const char *name, const char *version, cnn_oracle_type precision, const cnn_oracle_operator *operators, size_t count) {
  printf("{\"protocol\":\"cnn-oracle-pipe\",\"version\":1,\"name\":"), cnn_oracle_quote(name);
  printf(",\"implementationVersion\":"), cnn_oracle_quote(version);
  printf(",\"precision\":\"%s\",\"operators\":[", precision == CNN_ORACLE_FLOAT32 ? "float32" : "float64");
  for (size_t i = 0; i < count; i++) { if (i) putchar(','); cnn_oracle_quote(operators[i].name); }
  printf("]}\n"), fflush(stdout);
  for (char *line; (line = cnn_oracle_line()) != NULL; free(line)) cnn_oracle_answer(line, precision, operators, count);
  return ferror(stdin) ? 1 : 0;
}

#endif
