"""The national standard set of lifelong-learning courses (전국평생학습강좌표준데이터).

`columns`: what it is made of. `reading`: a file, line by line. `places`, `planning`: what its lines
mean here. `facts`: what a run of ours says in its columns. `known`, `comparing`: a line beside the
run that it is about. `surveying`: a whole file, looked over. `writing`: the file that goes out.
"""
