module pipects

go 1.19
