import sys, tempfile, json, time
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
from generator import font
from generator.document import documents, make
t=time.time()
out=Path('/tmp/h3out'); out.mkdir(exist_ok=True)
drawable=font.register(out)
print('font',time.time()-t)
want=sys.argv[1:]
for d in documents():
    if want and not any(w in d.name for w in want): continue
    t=time.time()
    truth,planted=make(d,out/f'{d.name}.pdf',drawable)
    print(d.name,d.title,(out/f'{d.name}.pdf').stat().st_size,len(truth['tables']),planted,round(time.time()-t,2))
