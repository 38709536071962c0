/*
 * The correlation layer (F14) and relu in C, behind the pipe protocol:
 *
 *   cc -std=c99 -O2 -o conv2d conv2d.c && cnn-oracle audit --pipe ./conv2d
 *
 * MISTAKE=1 swaps the row's and the column's stride, which square strides never show.
 */
#include "cnn_oracle.h"

#ifndef MISTAKE
#define MISTAKE 0
#endif

/* y[n,m,p,q] = b[m] + sum over c,r,s of x[n, gCg+c, p sh-t+r dh, q sw-l+s dw] w[m,c,r,s] */
static void conv2d(cnn_oracle_call *call) {
  const cnn_oracle_tensor *x = cnn_oracle_operand(call, "x"), *w = cnn_oracle_operand(call, "w"),
                          *b = cnn_oracle_operand(call, "b");
  long stride[2], padding[4], dilation[2], groups = cnn_oracle_int(call, "groups");
  cnn_oracle_ints(call, "stride", stride, 2);
  cnn_oracle_ints(call, "padding", padding, 4);
  cnn_oracle_ints(call, "dilation", dilation, 2);
  if (call->refused) return;
  if (!x || !w || x->rank != 4 || w->rank != 4) { cnn_oracle_fail(call, "conv2d needs x and w of four axes"); return; }
  const long N = (long)x->shape[0], C = (long)x->shape[1], H = (long)x->shape[2], W = (long)x->shape[3];
  const long M = (long)w->shape[0], Cg = (long)w->shape[1], R = (long)w->shape[2], S = (long)w->shape[3];
  if (groups < 1 || stride[0] < 1 || stride[1] < 1 || Cg * groups != C || M % groups || (b && b->size != (size_t)M)) {
    cnn_oracle_fail(call, "shapes and groups do not fit");
    return;
  }
  const long P = (H + padding[0] + padding[2] - dilation[0] * (R - 1) - 1) / stride[0] + 1;
  const long Q = (W + padding[1] + padding[3] - dilation[1] * (S - 1) - 1) / stride[1] + 1;
  if (P < 1 || Q < 1) { cnn_oracle_fail(call, "the kernel does not fit the input"); return; }
  const size_t shape[4] = {(size_t)N, (size_t)M, (size_t)P, (size_t)Q};
  cnn_oracle_tensor *y = cnn_oracle_result(call, 4, shape);
  if (!y) return;
  const long sh = stride[MISTAKE ? 1 : 0], sw = stride[MISTAKE ? 0 : 1];
  float *out = y->f32;
  for (long n = 0; n < N; n++)
    for (long m = 0; m < M; m++)
      for (long p = 0; p < P; p++)
        for (long q = 0; q < Q; q++) {
          float sum = b ? b->f32[m] : 0;
          for (long c = 0; c < Cg; c++)
            for (long r = 0; r < R; r++)
              for (long s = 0; s < S; s++) {
                const long h = p * sh - padding[0] + r * dilation[0], v = q * sw - padding[1] + s * dilation[1];
                if (h < 0 || h >= H || v < 0 || v >= W) continue;
                sum += x->f32[((n * C + m / (M / groups) * Cg + c) * H + h) * W + v] * w->f32[((m * Cg + c) * R + r) * S + s];
              }
          *out++ = sum;
        }
}

static void relu(cnn_oracle_call *call) {
  const cnn_oracle_tensor *x = cnn_oracle_operand(call, "x");
  cnn_oracle_tensor *y = x ? cnn_oracle_result(call, x->rank, x->shape) : NULL;
  if (!y) { cnn_oracle_fail(call, "relu needs x"); return; }
  for (size_t i = 0; i < x->size; i++) y->f32[i] = x->f32[i] < 0 ? 0 : x->f32[i];
}

int main(void) {
  const cnn_oracle_operator mine[] = {{"conv2d", conv2d}, {"relu", relu}};
  return cnn_oracle_serve("conv2d-in-c", "1.0", CNN_ORACLE_FLOAT32, mine, 2);
}
