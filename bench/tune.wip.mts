const { simd } = await import('/tmp/copy-simd/optimized/index.ts')
const r = (n: number) => Float32Array.from({ length: n }, () => Math.random() * 2 - 1)
const op = simd!.operators
const rows: [string, () => unknown, number][] = []
for (const [C, M, H, R, st] of [[64,64,56,3,1],[64,256,56,1,1],[256,64,56,1,1],[128,128,28,3,1],[256,256,14,3,1],[512,512,7,3,1],[1024,256,14,1,1],[3,64,224,7,2],[128,128,56,3,2]] as const) {
  const p = (R-1)/2, P = Math.floor((H+2*p-R)/st)+1
  const x = { shape: [1,C,H,H], data: r(C*H*H) }, w = { shape: [M,C,R,R], data: r(M*C*R*R) }, dy = { shape: [1,M,P,P], data: r(M*P*P) }
  const a = { stride: [st,st], padding: [p,p,p,p], dilation: [1,1], groups: 1 } as any
  const fl = 2*M*C*R*R*P*P
  const n = `${C}→${M} ${H} ${R}x${R}/${st}`
  rows.push([n + ' fwd', () => op.conv2d({ x, w }, a), fl])
  rows.push([n + ' dx', () => op.conv2dInputGradient({ dy, w }, { ...a, inputSize: [H,H] }), fl])
  rows.push([n + ' dw', () => op.conv2dWeightGradient({ x, dy }, { ...a, kernelSize: [R,R] }), fl])
}
for (const [N, I, O] of [[64,1024,1024],[1,1024,1000]] as const) {
  const x = { shape: [N,I], data: r(N*I) }, w = { shape: [O,I], data: r(O*I) }
  rows.push([`dense ${N} ${I} ${O}`, () => op.dense({ x, w }, {}), 2*N*I*O])
}
for (const st of [1, 2]) { const x = { shape: [1,144,56,56], data: r(144*56*56) }, w = { shape: [144,1,3,3], data: r(144*9) }
  const a = { stride: [st,st], padding: [1,1,1,1], dilation: [1,1], groups: 144 } as any; rows.push(['dw3x3/'+st, () => op.conv2d({ x, w }, a), 2*144*9*(56/st)**2])
  const dy = { shape: [1,144,56/st,56/st], data: r(144*(56/st)**2) }
  rows.push(['dw3x3/'+st+' dx', () => op.conv2dInputGradient({ dy, w }, {...a, inputSize:[56,56]}), 2*144*9*(56/st)**2])
  rows.push(['dw3x3/'+st+' dw', () => op.conv2dWeightGradient({ x, dy }, {...a, kernelSize:[3,3]}), 2*144*9*(56/st)**2]) }
{ const x = { shape: [1,1,28,28], data: r(784) }, w = { shape: [6,1,5,5], data: r(150) }; const a = { stride: [1,1], padding: [0,0,0,0], dilation: [1,1], groups: 1 } as any
  rows.push(['lenet c1 N=1', () => op.conv2d({ x, w }, a), 2*6*25*576]) }
const only = process.argv[2]
for (const [n, f, fl] of rows) { if (only && !n.includes(only)) continue
  const t: number[] = []; const first0 = performance.now(); f(); const first = performance.now() - first0
  const end = performance.now() + 350; while (performance.now() < end) { const s = performance.now(); f(); t.push(performance.now() - s) }
  const warm = t.slice(t.length >> 1).sort((a, b) => a - b); const m = warm[warm.length >> 1]!
  console.log(n.padEnd(26), (fl / m / 1e6).toFixed(1).padStart(6), 'GF', m.toFixed(3), 'ms, first', first.toFixed(1)) }
